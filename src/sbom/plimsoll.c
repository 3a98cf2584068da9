/* Our own report, schema plimsoll.report/1: its packages. */
#include "base/i18n.h"
#include "base/limits.h"
#include "model/facts.h"
#include "model/purl.h"
#include "sbom/json.h"

static bool detect(struct str head)
{
    return str_starts(str_trim(head), STR("{")) && sbom_has(head, "\"plimsoll.report/1\"");
}

static void set(struct sbom_builder *builder, const char *key, struct str value)
{
    if (value.len)
        target_set_fact(builder->report, str_of(key), value);
}

static void each_text(const json_t *list, void (*take)(void *context, struct str text),
                      void *context)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) if (json_is_string(item))
        take(context, str_make(json_string_value(item), json_string_length(item)));
}

static void take_stream(void *context, struct str text)
{
    set(context, "os:stream", text);
}

static void take_layer(struct sbom_builder *builder, const json_t *layer)
{
    struct report *report = builder->report;
    struct arena *arena = &report->arena;
    const json_t *base = json_object_get(layer, "base");
    if (report->target.layers.count >= LIMIT_LAYERS)
        return;
    *VEC_ADD(&report->target.layers) = (struct report_layer){
        .digest = arena_str(arena, json_text(layer, "digest")),
        .diff_id = arena_str(arena, json_text(layer, "diff_id")),
        .created_by = arena_str(arena, json_text(layer, "created_by")),
        .size = json_count(layer, "size", UINT64_MAX),
        .base = json_is_true(base)    ? BASE_YES
                : json_is_false(base) ? BASE_NO
                                      : BASE_UNKNOWN,
    };
}

static void take_target(struct sbom_builder *builder, struct str name, const json_t *target,
                        void *context)
{
    const json_t *os = json_member(target, "os"), *base = json_member(target, "base_image"), *layer;
    size_t i;
    (void)name;
    (void)context;
    sbom_set_target(builder, json_text(target, "name"), STR_NONE);
    static const struct {
        const char *fact, *key;
        bool os;
    } texts[] = {
        {"target:digest", "digest", false},
        {"target:image_id", "image_id", false},
        {"target:platform", "platform", false},
        {"root", "root", false},
        {"os:id", "id", true},
        {"os:id_like", "id_like", true},
        {"os:version", "version", true},
        {"os:codename", "codename", true},
        {"os:name", "name", true},
    };
    for (i = 0; i < ARRAY_LEN(texts); i++)
        set(builder, texts[i].fact, json_text(texts[i].os ? os : target, texts[i].key));
    each_text(json_list(os, "streams"), take_stream, builder);
    json_array_foreach(json_list(target, "layers"), i, layer) take_layer(builder, layer);
    set(builder, "base:name", json_text(base, "name"));
    set(builder, "base:chain_id", json_text(base, "chain_id"));
    set(builder, "base:known_by", json_text(base, "known_by"));
    builder->report->target.base.layers = (size_t)json_count(base, "layers", 0);
}

/* ---- packages ---- */

struct fact_list {
    struct sbom_entry *entry;
    const char *key;
};

static void take_fact(void *context, struct str text)
{
    struct fact_list *list = context;
    sbom_entry_fact(list->entry, str_of(list->key), text);
}

/* The qualifiers that no member has. */
static void read_qualifiers(struct sbom_entry *entry)
{
    struct purl purl;
    struct package package;
    struct pl_err ignored;
    if (entry->purl.len == 0 || purl_parse(&entry->scratch, entry->purl, &purl, &ignored) < 0)
        return;
    purl_package(&entry->scratch, &purl, &package);
    entry->package.qualifiers = package.qualifiers;
}

static void read_numbers(struct sbom_builder *builder, struct sbom_entry *entry,
                         const json_t *package)
{
    struct arena *arena = &entry->scratch;
    const json_t *in_use = json_object_get(package, "in_use"), *item;
    size_t i;
    sbom_entry_fact(entry, STR("number"), entry->ref);
    sbom_entry_fact(entry, STR("owner"), sbom_json_word(arena, package, "owner"));
    if (json_is_boolean(in_use))
        entry->package.in_use = json_is_true(in_use);
    entry->package.development = json_is_true(json_object_get(package, "development"));
    entry->package.unordered = json_is_true(json_object_get(package, "unordered"));
    entry->package.layer = sbom_layer(builder, json_text(package, "layer"));
    entry->package.file_layer = sbom_layer(builder, json_text(package, "file_layer"));
    json_array_foreach(json_list(package, "depends_on"), i, item) if (json_is_integer(item))
        sbom_depends(builder, entry->ref,
                     arena_printf(arena, "%lld", (long long)json_integer_value(item)));
}

/* A jar's SHA-1 is what the database may know it by. */
static void take_hash(struct sbom_entry *entry, const char *key, const json_t *value)
{
    if (!json_is_string(value))
        return;
    struct str hex = str_make(json_string_value(value), json_string_length(value));
    if (entry->package.type == PACKAGE_MAVEN && strcmp(key, "sha1") == 0)
        sbom_entry_fact(entry, STR("sha1"), hex);
    else
        sbom_add_hash(entry, str_of(key), hex);
}

static void take_package(struct sbom_builder *builder, const json_t *package)
{
    struct sbom_entry entry = sbom_entry_new();
    const json_t *source = json_member(package, "source"), *value;
    const char *key;
    static const char *const texts[] = {"arch", "module", "vendor", "cataloger", "origin"};
    static const struct {
        const char *key, *fact;
    } lists[] = {{"licenses", "license"}, {"paths", "path"}};
    entry.ref = sbom_json_word(&entry.scratch, package, "ref");
    entry.name = json_text(package, "name");
    entry.version = json_text(package, "version");
    entry.purl = json_text(package, "purl");
    sbom_entry_fact(&entry, STR("type"), json_text(package, "type"));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (json_text(package, texts[i]).len)
            sbom_entry_fact(&entry, str_of(texts[i]), json_text(package, texts[i]));
    entry.package.source_name = json_text(source, "name");
    entry.package.source_version = json_text(source, "version");
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct fact_list list = {&entry, lists[i].fact};
        each_text(json_list(package, lists[i].key), take_fact, &list);
    }
    json_object_foreach((json_t *)(uintptr_t)json_member(package, "hashes"), key, value)
        take_hash(&entry, key, value);
    size_t i;
    json_array_foreach(json_list(package, "cpes"), i, value) if (json_is_string(value))
        sbom_entry_cpe(&entry, str_make(json_string_value(value), json_string_length(value)));
    read_qualifiers(&entry);
    read_numbers(builder, &entry, package);
    sbom_add(builder, &entry);
}

static void take_diagnostic(struct sbom_builder *builder, const json_t *diagnostic)
{
    struct arena arena = {0};
    struct str where = json_text(diagnostic, "where"), message = json_text(diagnostic, "message");
    if (str_is(json_text(diagnostic, "level"), "error") &&
        json_is_true(json_object_get(diagnostic, "catalog")))
        set(builder, "problem",
            arena_printf(&arena, "%.*s%s%.*s", STR_ARG(where), where.len ? ": " : "",
                         STR_ARG(message)));
    arena_free(&arena);
}

static void take_item(struct sbom_builder *builder, struct str name, const json_t *json,
                      void *context)
{
    (void)context;
    if (str_is(name, "packages"))
        take_package(builder, json);
    else
        take_diagnostic(builder, json);
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    static const char *const target[] = {"target", NULL};
    static const char *const lists[] = {"packages", "diagnostics", NULL};
    struct sbom_json first = {input, builder, target, NULL, NULL, take_target, NULL, NULL};
    struct sbom_json second = {input, builder, sbom_json_lists, lists, NULL, take_item, NULL, NULL};
    int r = sbom_json_each(&first, err);
    builder->report->target.sbom_format = STR("plimsoll.report/1");
    builder->report->target.sbom_tool = STR("plimsoll");
    return r < 0 ? r : sbom_json_each(&second, err);
}

const struct sbom_format sbom_format_plimsoll = {
    .name = "plimsoll",
    .help = N_("plimsoll's own report, schema plimsoll.report/1"),
    .detect = detect,
    .read = read_document,
};
