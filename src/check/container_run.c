#include "check/container_run.h"

#include "base/hash.h"
#include "base/mem.h"
#include "check/dockerfile_checks.h"

/* Options of docker run and podman run without a value; all others take one. */
static const char *const switches[] = {"detach",
                                       "disable-content-trust",
                                       "init",
                                       "interactive",
                                       "no-healthcheck",
                                       "oom-kill-disable",
                                       "privileged",
                                       "publish-all",
                                       "quiet",
                                       "read-only",
                                       "rm",
                                       "sig-proxy",
                                       "tty",
                                       "replace",
                                       "no-hosts",
                                       "no-hostname",
                                       "rmi",
                                       "tls-verify",
                                       "read-only-tmpfs",
                                       "http-proxy",
                                       "env-host",
                                       "rootfs",
                                       "use-api-socket",
                                       "passwd",
                                       "unsetenv-all",
                                       NULL};

static const struct {
    char letter;
    const char *name;
} letters[] = {
    {'a', "attach"},   {'c', "cpu-shares"},  {'d', "detach"},  {'e', "env"},
    {'h', "hostname"}, {'i', "interactive"}, {'l', "label"},   {'m', "memory"},
    {'p', "publish"},  {'P', "publish-all"}, {'q', "quiet"},   {'t', "tty"},
    {'u', "user"},     {'v', "volume"},      {'w', "workdir"},
};

/* Options of docker and podman themselves that take a value. */
static const char *const global_options[] = {"-H",
                                             "--host",
                                             "-c",
                                             "--context",
                                             "--config",
                                             "-l",
                                             "--log-level",
                                             "--root",
                                             "--runroot",
                                             "--storage-driver",
                                             "--url",
                                             "--connection",
                                             "--cgroup-manager",
                                             "--tlscacert",
                                             "--tlscert",
                                             "--tlskey",
                                             "--storage-opt",
                                             NULL};

void container_run_add(struct container_run *run, struct str name, struct str value)
{
    *VEC_ADD(&run->options) =
        (struct container_option){str_is(name, "net") ? STR("network") : name, value, run->line,
                                  run->end_line, run->elsewhere};
}

/* "-itv /a:/b": letters up to one that takes a value, which may stand right behind it. True: the
 * next word is its value. */
static bool take_letters(struct container_run *run, struct str word, struct str *ret_name)
{
    for (size_t i = 1; i < word.len; i++) {
        const char *name = NULL;
        for (size_t k = 0; k < ARRAY_LEN(letters) && !name; k++)
            if (letters[k].letter == word.data[i])
                name = letters[k].name;
        if (!name)
            return false;
        if (check_glob_any(switches, str_of(name))) {
            container_run_add(run, str_of(name), STR("true"));
            continue;
        }
        *ret_name = str_of(name);
        struct str rest = str_from(word, i + 1);
        if (rest.len == 0)
            return true;
        container_run_add(run, *ret_name, str_from(rest, rest.data[0] == '=' ? 1 : 0));
        return false;
    }
    return false;
}

/* True: the next word is the value of *ret_name. */
static bool take_option(struct container_run *run, struct str word, struct str *ret_name)
{
    if (!str_starts(word, STR("--")))
        return take_letters(run, word, ret_name);
    size_t equals = str_index(word, '=');
    struct str name = str_from(str_first(word, equals == SIZE_MAX ? word.len : equals), 2);
    if (equals != SIZE_MAX) {
        container_run_add(run, name, str_from(word, equals + 1));
        return false;
    }
    *ret_name = name;
    if (!check_glob_any(switches, name))
        return true;
    container_run_add(run, name, STR("true"));
    return false;
}

void container_run_options(struct container_run *run, const struct shell_command *command,
                           size_t from)
{
    for (size_t i = from; i < command->word_count; i++) {
        struct str word = command->words[i].text, name;
        if (word.len < 2 || word.data[0] != '-') {
            if (word.len)
                container_run_add(run, STR("image"), word);
            return;
        }
        if (take_option(run, word, &name) && i + 1 < command->word_count)
            container_run_add(run, name, command->words[++i].text);
    }
}

bool container_run_read(struct container_run *run, const struct shell_command *command)
{
    size_t at = 1;
    if (!check_glob_any(NAMES("docker", "podman", "nerdctl"), shell_program(command)))
        return false;
    while (at < command->word_count && str_starts(command->words[at].text, STR("-"))) {
        bool has_value = check_glob_any(global_options, command->words[at].text);
        at += has_value ? 2 : 1;
    }
    if (at < command->word_count && str_is(command->words[at].text, "container"))
        at++;
    if (at >= command->word_count ||
        !check_glob_any(NAMES("run", "create"), command->words[at].text))
        return false;
    container_run_options(run, command, at + 1);
    return true;
}

static const struct yaml_node *scalar(struct container_run *run, struct str text,
                                      const struct container_option *option)
{
    struct yaml_node *node = ARENA_NEW(run->arena, struct yaml_node);
    *node = (struct yaml_node){.kind = YAML_KIND_SCALAR,
                               .plain = true,
                               .line = option->line,
                               .end_line = option->end_line,
                               .column = 1,
                               .elsewhere = option->elsewhere,
                               .text = arena_str(run->arena, text)};
    return node;
}

static int by_name(const void *a, const void *b)
{
    const struct container_option *left = a, *right = b;
    int order = str_compare(left->name, right->name);
    return order ? order : left->line < right->line ? -1 : left->line > right->line;
}

const struct yaml_node *container_run_node(struct container_run *run)
{
    struct yaml_node *mapping = ARENA_NEW(run->arena, struct yaml_node);
    size_t count = run->options.count;
    *mapping = (struct yaml_node){.kind = YAML_KIND_MAPPING,
                                  .line = run->line,
                                  .end_line = run->end_line,
                                  .column = 1,
                                  .elsewhere = run->elsewhere};
    mapping->pairs = ARENA_ARRAY(run->arena, struct yaml_pair, count);
    if (count)
        qsort(run->options.items, count, sizeof(run->options.items[0]), by_name);
    for (size_t i = 0, end; i < count; i = end) {
        const struct container_option *first = &run->options.items[i];
        struct yaml_node *list = ARENA_NEW(run->arena, struct yaml_node);
        for (end = i; end < count && str_equal(run->options.items[end].name, first->name);)
            end++;
        *list = (struct yaml_node){.kind = YAML_KIND_SEQUENCE,
                                   .line = first->line,
                                   .end_line = first->end_line,
                                   .column = 1,
                                   .count = end - i};
        list->items = ARENA_ARRAY(run->arena, const struct yaml_node *, end - i);
        for (size_t k = i; k < end; k++)
            list->items[k - i] = scalar(run, run->options.items[k].value, &run->options.items[k]);
        mapping->pairs[mapping->count++] =
            (struct yaml_pair){scalar(run, first->name, first), list, false};
    }
    VEC_FREE(&run->options);
    return mapping;
}
