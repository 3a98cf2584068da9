/* Unit files that start containers: command lines in systemd's services, and Podman's quadlets
 * (podman-systemd.unit(5)). Both become what `podman run` would be told. */
#include <strings.h>

#include "base/limits.h"
#include "check/container_run.h"
#include "check/dockerfile_checks.h"
#include "check/document.h"
#include "check/drop_ins.h"
#include "check/unit_file.h"

struct reader {
    struct check_document *document;
    struct arena *arena;
    struct unit_file unit;
    bool limited; /* a command line is too long */
};

static void add_scope(struct reader *reader, struct container_run *run, struct str type)
{
    const struct yaml_node *node = container_run_node(run);
    const struct yaml_node *images = yaml_get(node, "image");
    struct str image = images ? yaml_text(images->items[0]) : STR_NONE;
    check_document_scope(reader->document, SCOPE_RUN, node, NULL,
                         str_first(image, LIMIT_CHECK_EVIDENCE))
        ->type = type;
}

/* ---- services ---- */

/* "-/usr/bin/docker": systemd.service(5), "Command lines", the prefixes. */
static struct str without_prefixes(struct str value)
{
    while (value.len && strchr("@-:+!|", value.data[0]))
        value = str_from(value, 1);
    return value;
}

static struct shell_script *parse(struct reader *reader, struct str text)
{
    struct shell_script *script = shell_parse(text, reader->arena);
    reader->limited = reader->limited || script->limited;
    return script;
}

/* Environment= of the service: the engine's own, which "-e NAME" hands on. */
static void add_environment(struct reader *reader, struct container_run *run, const char *section)
{
    const struct yaml_node *values =
        unit_file_values(&reader->unit, section, "Environment", reader->arena);
    struct container_run own = {.arena = run->arena};
    for (size_t i = 0; values && i < values->count; i++) {
        struct shell_script *script = parse(reader, values->items[i]->text);
        own.line = run->line;
        own.elsewhere = run->elsewhere;
        run->line = values->items[i]->line;
        run->elsewhere = values->items[i]->elsewhere;
        for (size_t k = 0; k < script->commands.count; k++) {
            const struct shell_command *command = &script->commands.items[k];
            for (size_t n = 0; n < command->assignment_count; n++)
                container_run_add(run, STR("env"), command->assignments[n].text);
            for (size_t n = 0; n < command->word_count; n++)
                container_run_add(run, STR("env"), command->words[n].text);
        }
        run->line = own.line;
        run->elsewhere = own.elsewhere;
        shell_free(script);
    }
}

static void read_command_line(struct reader *reader, const struct unit_entry *entry,
                              bool *with_environment)
{
    struct shell_script *script = parse(reader, without_prefixes(entry->value));
    for (size_t i = 0; i < script->commands.count; i++) {
        struct container_run run = {.arena = reader->arena,
                                    .line = entry->line,
                                    .end_line = entry->end_line,
                                    .elsewhere = entry->elsewhere};
        if (!container_run_read(&run, &script->commands.items[i])) {
            VEC_FREE(&run.options);
            continue;
        }
        if (*with_environment)
            add_environment(reader, &run, "Service");
        *with_environment = false;
        add_scope(reader, &run, STR("run"));
    }
    shell_free(script);
}

/* The entry behind the last one that takes back what stood before it ("ExecStart="). */
static size_t first_that_counts(const struct unit_file *unit, const char *key)
{
    size_t first = 0;
    for (size_t i = 0; i < unit->entries.count; i++)
        if (str_is(unit->entries.items[i].section, "Service") &&
            str_is(unit->entries.items[i].key, key) && unit->entries.items[i].value.len == 0)
            first = i + 1;
    return first;
}

static void read_service(struct reader *reader)
{
    static const char *const commands[] = {"ExecStartPre", "ExecStart", "ExecStartPost"};
    bool with_environment = true;
    for (size_t k = 0; k < ARRAY_LEN(commands); k++) {
        size_t first = first_that_counts(&reader->unit, commands[k]);
        for (size_t i = first; i < reader->unit.entries.count; i++) {
            const struct unit_entry *entry = &reader->unit.entries.items[i];
            if (str_is(entry->section, "Service") && str_is(entry->key, commands[k]) &&
                reader->document->scopes.count < LIMIT_CHECK_SERVICES)
                read_command_line(reader, entry, &with_environment);
        }
    }
}

/* ---- quadlets ---- */

/* Keys of [Container] and [Pod], and the option that each stands for. */
static const struct {
    const char *key, *option;
    const char *on; /* a switch: the option's value when it is true; else NULL */
    bool list;      /* else the last one counts */
} keys[] = {
    {"Image", "image", NULL, false},
    {"Volume", "volume", NULL, true},
    {"Mount", "mount", NULL, true},
    {"PublishPort", "publish", NULL, true},
    {"AddCapability", "cap-add", NULL, true},
    {"DropCapability", "cap-drop", NULL, true},
    {"AddDevice", "device", NULL, true},
    {"Network", "network", NULL, true},
    {"User", "user", NULL, false},
    {"UserNS", "userns", NULL, false},
    {"PidsLimit", "pids-limit", NULL, false},
    {"Memory", "memory", NULL, false},
    {"Pull", "pull", NULL, false},
    {"Sysctl", "sysctl", NULL, true},
    {"Unmask", "unmask", NULL, true},
    {"ReadOnly", "read-only", "true", false},
    {"NoNewPrivileges", "security-opt", "no-new-privileges", false},
    {"SecurityLabelDisable", "security-opt", "label=disable", false},
    {"HealthCmd", "health-cmd", NULL, false},
    {"AutoUpdate", "auto-update", NULL, false},
};

static void add_values(struct container_run *run, const struct yaml_node *values, size_t key)
{
    size_t from = keys[key].list ? 0 : values->count - 1;
    for (size_t i = from; i < values->count; i++) {
        const struct yaml_node *value = values->items[i];
        run->line = value->line;
        run->end_line = value->end_line;
        run->elsewhere = value->elsewhere;
        if (!keys[key].on)
            container_run_add(run, str_of(keys[key].option), value->text);
        else if (yaml_is_true(value) || str_is(value->text, "1"))
            container_run_add(run, str_of(keys[key].option), str_of(keys[key].on));
    }
}

static void add_capabilities(struct container_run *run)
{
    size_t count = run->options.count;
    for (size_t i = 0; i < count; i++) { /* "AddCapability=CAP_A CAP_B" */
        struct container_option *option = &run->options.items[i];
        struct str rest = option->value, word;
        if (!str_starts(option->name, STR("cap-")) || str_index(rest, ' ') == SIZE_MAX)
            continue;
        str_cut(&rest, ' ', &option->value);
        struct str name = option->name;
        run->line = option->line;
        run->end_line = option->end_line;
        run->elsewhere = option->elsewhere;
        while (str_cut(&rest, ' ', &word))
            if (word.len)
                container_run_add(run, name, word);
    }
}

static void add_options(struct reader *reader, struct container_run *run, const char *section)
{
    const struct yaml_node *values =
        unit_file_values(&reader->unit, section, "PodmanArgs", reader->arena);
    for (size_t i = 0; values && i < values->count; i++) {
        struct shell_script *script = parse(reader, values->items[i]->text);
        run->line = values->items[i]->line;
        run->end_line = values->items[i]->end_line;
        run->elsewhere = values->items[i]->elsewhere;
        if (script->commands.count)
            container_run_options(run, &script->commands.items[0], 0);
        shell_free(script);
    }
}

static const struct unit_entry *first_of(const struct unit_file *unit, const char *section)
{
    for (size_t i = 0; i < unit->entries.count; i++)
        if (str_is(unit->entries.items[i].section, section))
            return &unit->entries.items[i];
    return NULL;
}

static void read_quadlet(struct reader *reader, const char *section, const char *type)
{
    struct container_run run = {.arena = reader->arena};
    const struct unit_entry *first = first_of(&reader->unit, section);
    if (!first)
        return;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct yaml_node *values =
            unit_file_values(&reader->unit, section, keys[i].key, reader->arena);
        if (values)
            add_values(&run, values, i);
    }
    const struct yaml_node *seccomp =
        unit_file_values(&reader->unit, section, "SeccompProfile", reader->arena);
    if (seccomp) {
        const struct yaml_node *last = seccomp->items[seccomp->count - 1];
        run.line = run.end_line = last->line;
        run.elsewhere = last->elsewhere;
        container_run_add(&run, STR("security-opt"),
                          arena_printf(reader->arena, "seccomp=%.*s", STR_ARG(last->text)));
    }
    add_capabilities(&run);
    run.line = run.end_line = first->line;
    add_environment(reader, &run, section);
    add_options(reader, &run, section);
    run.line = run.end_line = first->line;
    run.elsewhere = first->elsewhere;
    add_scope(reader, &run, str_of(type));
}

/* ---- both ---- */

static int check_unit(enum check_subject subject, struct str text, struct str path,
                      struct check_sink *sink, struct pl_err *err)
{
    struct check_document document;
    struct arena arena = {0};
    struct reader reader = {.document = &document, .arena = &arena};
    check_document_init(&document, subject, text, path, &arena);
    drop_ins_read(text, path, sink->choice ? sink->choice->beside : NULL, &arena, &reader.unit);
    if (subject == CHECK_SYSTEMD) {
        read_service(&reader);
    } else {
        read_quadlet(&reader, "Container", "container");
        read_quadlet(&reader, "Pod", "pod");
        read_quadlet(&reader, "Kube", "kube");
        read_quadlet(&reader, "Image", "image");
        read_quadlet(&reader, "Build", "build");
    }
    bool full = reader.limited || document.scopes.count >= LIMIT_CHECK_SERVICES;
    check_document_run(&document, sink);
    unit_file_free(&reader.unit);
    check_document_free(&document);
    arena_free(&arena);
    return full ? err_limit(err, LIMIT_NAME(LIMIT_CHECK_SERVICES),
                            "the unit has more than %llu command lines, or one that is too long: "
                            "the rest was not looked at",
                            LIMIT_CHECK_SERVICES)
                : 0;
}

int check_systemd(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    return check_unit(CHECK_SYSTEMD, text, path, sink, err);
}

int check_quadlet(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    return check_unit(CHECK_QUADLET, text, path, sink, err);
}
