#include "sbom/json.h"

#include "io/json_cutter.h"
#include "model/facts.h"

const char *const sbom_json_lists[] = {JSON_ANY_MEMBER, JSON_ANY_ELEMENT, NULL};

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    const struct sbom_json *reading = context;
    struct pl_err problem;
    AUTO_JSON *json = NULL;
    bool wanted = !reading->wanted;
    (void)err;
    struct str name = reading->path[0] ? names[0] : STR_NONE;
    for (size_t i = 0; !wanted && reading->wanted[i]; i++)
        wanted = str_is(name, reading->wanted[i]);
    if (!wanted || (reading->skip && reading->skip(text)))
        return 0;
    if (text.len > 1 && text.data[0] == '"') /* a list of texts: ids, which have no escapes */
        json = json_stringn(text.data + 1, text.len - 2);
    else /* the cutter has seen to its depth */
        json = json_loadb(text.data, text.len, 0, NULL);
    if (!json && json_document(text, &json, &problem) < 0) {
        err_prefix(&problem, "an entry that begins with %.*s", STR_ARG(str_first(text, 100)));
        report_tell(reading->builder->report, true, name, &problem);
        return 0;
    }
    reading->entry(reading->builder, name, json, reading->context);
    return 0;
}

static int take_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    const struct sbom_json *reading = context;
    (void)err;
    reading->scalar(reading->builder, name, text, reading->context);
    return 0;
}

static int read_input(void *context, struct str *ret_chunk, struct pl_err *err)
{
    const struct sbom_json *reading = context;
    return rewind_read(reading->input, ret_chunk, err);
}

int sbom_json_each(const struct sbom_json *reading, struct pl_err *err)
{
    struct json_cutter cutter = {
        .read = read_input,
        .path = reading->path,
        .entry = take_entry,
        .scalar = reading->scalar ? take_scalar : NULL,
        .context = (void *)(uintptr_t)reading,
    };
    int r = rewind_start(reading->input, err);
    return r < 0 ? r : json_cut(&cutter, err);
}

struct str sbom_json_word(struct arena *arena, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value))
        return arena_printf(arena, "%lld", (long long)json_integer_value(value));
    return json_text(object, key);
}

bool sbom_has(struct str head, const char *text)
{
    return str_find(head, str_of(text)) != SIZE_MAX;
}

void sbom_add_hash(struct sbom_entry *entry, struct str algorithm, struct str hex)
{
    char name[16];
    size_t len = 0;
    for (size_t i = 0; i < algorithm.len && len < sizeof(name); i++) {
        char c = algorithm.data[i];
        if (c != '-')
            name[len++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    if (len && hex.len)
        strs_add(&entry->scratch, &entry->hashes, &entry->hash_count,
                 arena_printf(&entry->scratch, "%.*s:%.*s", (int)len, name, STR_ARG(hex)));
}
