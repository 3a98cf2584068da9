#include "app/config_texts.h"

#include "app/found.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "secret/inspector.h"

struct reading_texts {
    const struct inspector *inspector;
    struct report *report;
    void *reader;
    struct inspect_sink sink;
    uint32_t layer; /* of a step of the history; else LAYER_NONE */
};

/* One text as a file of its own. */
static void inspect(struct reading_texts *reading, struct str path, struct str text)
{
    struct pl_err problem;
    struct inspect_entry entry = {.path = path, .type = ENTRY_FILE, .size = text.len};
    const struct inspector *inspector = reading->inspector;
    struct inspect_sink *sink = &reading->sink;
    sink->path = path;
    sink->file_count = 0;
    sink->order = reading->layer;
    if (inspector->class->entry(inspector->config, reading->reader, &entry, sink) !=
            INSPECT_BYTES ||
        text.len == 0)
        return;
    int r = inspector->class->add(inspector->config, reading->reader, text, sink, &problem);
    if (r == 0)
        r = inspector->class->end(inspector->config, reading->reader, sink, &problem);
    if (r < 0)
        report_tell(reading->report, true, path, &problem);
}

static struct str path_of(struct reading_texts *reading, const char *part, struct str name)
{
    return arena_printf(&reading->report->arena, "config:%s%s%.*s", part, name.len ? "/" : "",
                        STR_ARG(str_first(name, 200)));
}

static struct str text_of(const json_t *value)
{
    return json_is_string(value) ? str_make(json_string_value(value), json_string_length(value))
                                 : STR_NONE;
}

static void inspect_env(struct reading_texts *reading, const json_t *list)
{
    for (size_t i = 0; list && i < json_array_size(list); i++) {
        struct str text = text_of(json_array_get(list, i));
        size_t equals = str_index(text, '=');
        inspect(reading, path_of(reading, "Env", str_first(text, equals)), text);
    }
}

static void inspect_labels(struct reading_texts *reading, const json_t *labels)
{
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)labels, key, value)
    {
        struct str text =
            arena_printf(&reading->report->arena, "%s=%.*s", key, STR_ARG(text_of(value)));
        inspect(reading, path_of(reading, "Labels", str_of(key)), text);
    }
}

/* The words of a command, a line each: an option and its value stay together as "--token x". */
static void inspect_words(struct reading_texts *reading, const char *part, const json_t *words)
{
    AUTO_BUF line = {0};
    for (size_t i = 0; words && i < json_array_size(words); i++) {
        buf_puts(&line, i ? " " : "");
        buf_add(&line, text_of(json_array_get(words, i)));
    }
    inspect(reading, path_of(reading, part, STR_NONE), buf_str(&line));
}

static void inspect_history(struct reading_texts *reading, const json_t *history)
{
    uint32_t layer = 0;
    for (size_t i = 0; history && i < json_array_size(history); i++) {
        const json_t *step = json_array_get(history, i);
        bool empty = json_is_true(json_object_get(step, "empty_layer"));
        bool known = !empty && layer < reading->report->target.layers.count;
        reading->layer = known ? layer : LAYER_NONE;
        layer += !empty;
        inspect(reading, path_of(reading, "history", STR_NONE), json_text(step, "created_by"));
        inspect(reading, path_of(reading, "history", STR_NONE), json_text(step, "comment"));
    }
    reading->layer = LAYER_NONE;
}

static void inspect_config(struct reading_texts *reading, const json_t *root)
{
    const json_t *config = json_member(root, "config");
    inspect_env(reading, json_list(config, "Env"));
    inspect_labels(reading, json_member(config, "Labels"));
    inspect_words(reading, "Entrypoint", json_list(config, "Entrypoint"));
    inspect_words(reading, "Cmd", json_list(config, "Cmd"));
    inspect_words(reading, "Healthcheck", json_list(json_member(config, "Healthcheck"), "Test"));
    inspect_words(reading, "OnBuild", json_list(config, "OnBuild"));
    inspect_history(reading, json_list(root, "history"));
}

void config_texts_inspect(const struct inspect_setup *setup, const struct image *image,
                          struct report *report)
{
    AUTO_JSON *root = NULL;
    struct pl_err ignored; /* opening the image has told it */
    struct inspect_budget budget;
    const struct inspector *inspector = inspect_setup_find(setup, FINDING_SECRET);
    if (!inspector || image->config.len == 0 || json_document(image->config, &root, &ignored) < 0)
        return;
    inspect_budget_init(&budget);
    struct reading_texts reading = {
        .inspector = inspector,
        .report = report,
        .reader = inspector->class->open(inspector->config),
        .sink = {.arena = &report->arena, .left = &budget.findings},
        .layer = LAYER_NONE,
    };
    inspect_config(&reading, root);
    found_add_texts(&reading.sink, inspector, report);
    inspector->class->close(reading.reader);
    inspect_sink_free(&reading.sink);
}
