#include "model/facts.h"

#include "base/limits.h"
#include "model/ecosystem.h"

void strs_add(struct arena *arena, struct str **strs, size_t *count, struct str value)
{
    size_t n = *count;
    if ((n & (n - 1)) == 0) { /* full: none, or a power of two */
        struct str *grown = ARENA_ARRAY(arena, struct str, n ? n * 2 : 1);
        if (n)
            memcpy(grown, *strs, n * sizeof(*grown));
        *strs = grown;
    }
    (*strs)[(*count)++] = arena_str(arena, value);
}

/* ---- packages ---- */

struct text_fact {
    const char *key;
    size_t offset;
};
struct list_fact {
    const char *key;
    size_t offset, count_offset;
    bool lossy;
};

static const struct text_fact package_texts[] = {
    {"arch", offsetof(struct package, arch)},
    {"source:name", offsetof(struct package, source_name)},
    {"source:version", offsetof(struct package, source_version)},
    {"module", offsetof(struct package, module)},
    {"vendor", offsetof(struct package, vendor)},
    {"qualifiers", offsetof(struct package, qualifiers)},
    {"sha1", offsetof(struct package, sha1)},
};
static const struct list_fact package_lists[] = {
    {"cpe", offsetof(struct package, cpes), offsetof(struct package, cpe_count), false},
    {"path", offsetof(struct package, paths), offsetof(struct package, path_count), true},
    {"license", offsetof(struct package, licenses), offsetof(struct package, license_count), true},
    {"hash", offsetof(struct package, hashes), offsetof(struct package, hash_count), true},
};

static void visit_number(fact_visit *visit, void *context, const char *key, uint64_t number)
{
    char digits[24];
    size_t at = sizeof(digits);
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    visit(context, key, str_make(digits + at, sizeof(digits) - at));
}

static struct str text_at(const void *object, size_t offset)
{
    return *(const struct str *)(const void *)((const char *)object + offset);
}

void package_facts(const struct report *report, size_t index, bool lossy, fact_visit *visit,
                   void *context)
{
    const struct package *package = &report->packages.items[index];
    visit(context, "type", str_of(package_type_name(package->type)));
    visit_number(visit, context, "number", index);
    for (size_t i = 0; i < ARRAY_LEN(package_texts); i++) {
        struct str value = text_at(package, package_texts[i].offset);
        if (value.len)
            visit(context, package_texts[i].key, value);
    }
    for (size_t i = 0; i < ARRAY_LEN(package_lists); i++) {
        const char *base = (const char *)package;
        const struct list_fact *list = &package_lists[i];
        struct str *const *items = (struct str *const *)(const void *)(base + list->offset);
        size_t count = *(const size_t *)(const void *)(base + list->count_offset);
        for (size_t j = 0; j < count && (lossy || !list->lossy); j++)
            visit(context, list->key, (*items)[j]);
    }
    visit(context, "cataloger", str_of(package->cataloger));
    visit(context, "origin", str_of(package_origin_name(package->origin)));
    if (package->development)
        visit(context, "development", STR("true"));
    if (package->unordered)
        visit(context, "unordered", STR("true"));
    if (package->in_use >= 0)
        visit(context, "in_use", package->in_use ? STR("true") : STR("false"));
    if (package->owner != OWNER_NONE)
        visit_number(visit, context, "owner", package->owner);
    if (package->layer < report->target.layers.count) {
        visit_number(visit, context, "layer", package->layer);
        visit(context, "layer:diff_id", report->target.layers.items[package->layer].diff_id);
    }
    if (package->file_layer < report->target.layers.count)
        visit_number(visit, context, "file_layer", package->file_layer);
}

static bool parse_bool(struct str value, bool *ret_value)
{
    *ret_value = str_is(value, "true");
    return *ret_value || str_is(value, "false");
}

static bool parse_type(struct str value, enum package_type *ret_type)
{
    for (size_t i = 0; i < PACKAGE_TYPE_COUNT; i++)
        if (str_is(value, package_type_name((enum package_type)i))) {
            *ret_type = (enum package_type)i;
            return true;
        }
    return false;
}

static bool parse_origin(struct str value, enum package_origin *ret_origin)
{
    for (size_t i = 0; i < PACKAGE_ORIGIN_COUNT; i++)
        if (str_is(value, package_origin_name((enum package_origin)i))) {
            *ret_origin = (enum package_origin)i;
            return true;
        }
    return false;
}

static bool parse_layer(struct str value, uint32_t *ret_layer)
{
    uint64_t number;
    if (!str_to_u64(value, &number) || number >= LIMIT_LAYERS)
        return false;
    *ret_layer = (uint32_t)number;
    return true;
}

bool package_set_fact(struct arena *arena, struct package *package, struct str key,
                      struct str value)
{
    uint64_t number;
    bool yes;
    if (str_is(key, "sha1") && value.len != 40)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(package_texts); i++)
        if (str_is(key, package_texts[i].key)) {
            char *base = (char *)package;
            *(struct str *)(void *)(base + package_texts[i].offset) = arena_str(arena, value);
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(package_lists); i++)
        if (str_is(key, package_lists[i].key)) {
            char *base = (char *)package;
            strs_add(arena, (struct str **)(void *)(base + package_lists[i].offset),
                     (size_t *)(void *)(base + package_lists[i].count_offset), value);
            return true;
        }
    if (str_is(key, "type"))
        return parse_type(value, &package->type);
    if (str_is(key, "origin"))
        return parse_origin(value, &package->origin);
    if (str_is(key, "layer"))
        return parse_layer(value, &package->layer);
    if (str_is(key, "file_layer"))
        return parse_layer(value, &package->file_layer);
    if (str_is(key, "development"))
        return parse_bool(value, &package->development);
    if (str_is(key, "unordered"))
        return parse_bool(value, &package->unordered);
    if (str_is(key, "in_use") && parse_bool(value, &yes)) {
        package->in_use = yes;
        return true;
    }
    if (str_is(key, "cataloger")) {
        package->cataloger = arena_str(arena, value).data;
        return value.len != 0;
    }
    if (str_is(key, "owner") && str_to_u64(value, &number) && number < LIMIT_PACKAGES) {
        package->owner = (size_t)number;
        return true;
    }
    return false;
}

/* ---- the target ---- */

#define OS(member) offsetof(struct report, target.os.member)
#define TARGET(member) offsetof(struct report, target.member)
static const struct text_fact target_texts[] = {
    {"target:image_id", TARGET(image_id)},
    {"target:digest", TARGET(digest)},
    {"target:platform", TARGET(platform)},
    {"root", TARGET(root)},
    {"os:id", OS(id)},
    {"os:id_like", OS(id_like)},
    {"os:version", OS(version)},
    {"os:codename", OS(codename)},
    {"os:name", OS(name)},
    {"base:name", TARGET(base.name)},
    {"base:chain_id", TARGET(base.chain_id)},
    {"base:known_by", TARGET(base.known_by)},
};

/* One line a layer: what has no space in it first. */
static void visit_layer(const struct report *report, const struct report_layer *layer,
                        struct arena *arena, fact_visit *visit, void *context)
{
    static const char *const bases[] = {"unknown", "no", "yes"};
    struct str size = layer->size == UINT64_MAX
                          ? STR("-")
                          : arena_printf(arena, "%llu", (unsigned long long)layer->size);
    (void)report;
    visit(context, "layer",
          arena_printf(arena, "%.*s %.*s %.*s %s %.*s",
                       STR_ARG(layer->diff_id.len ? layer->diff_id : STR("-")),
                       STR_ARG(layer->digest.len ? layer->digest : STR("-")), STR_ARG(size),
                       bases[layer->base], STR_ARG(layer->created_by)));
}

void target_facts(const struct report *report, fact_visit *visit, void *context)
{
    struct arena arena = {0};
    visit(context, "target:kind", str_of(report->target.kind));
    for (size_t i = 0; i < ARRAY_LEN(target_texts); i++) {
        struct str value = text_at(report, target_texts[i].offset);
        if (value.len)
            visit(context, target_texts[i].key, value);
    }
    for (size_t i = 0; i < report->target.os.stream_count; i++)
        visit(context, "os:stream", report->target.os.streams[i]);
    if (report->target.base.layers)
        visit_number(visit, context, "base:layers", report->target.base.layers);
    for (size_t i = 0; i < report->target.layers.count; i++)
        visit_layer(report, &report->target.layers.items[i], &arena, visit, context);
    for (size_t i = 0; i < report->catalog.diagnostics && i < report->diagnostics.count; i++) {
        const struct diagnostic *problem = &report->diagnostics.items[i];
        if (problem->error)
            visit(context, "problem",
                  arena_printf(&arena, "%.*s%s%.*s", STR_ARG(problem->where),
                               problem->where.len ? ": " : "", STR_ARG(problem->message)));
    }
    /* Behind the problems, which say it better. */
    visit(context, "complete", report->catalog.complete ? STR("true") : STR("false"));
    arena_free(&arena);
}

static bool set_layer(struct report *report, struct str rest)
{
    struct report_layer layer = {.size = UINT64_MAX};
    struct str diff_id, digest, size, base;
    if (report->target.layers.count >= LIMIT_LAYERS || !str_cut(&rest, ' ', &diff_id) ||
        !str_cut(&rest, ' ', &digest) || !str_cut(&rest, ' ', &size) || !str_cut(&rest, ' ', &base))
        return false;
    layer.diff_id = str_is(diff_id, "-") ? STR_NONE : arena_str(&report->arena, diff_id);
    layer.digest = str_is(digest, "-") ? STR_NONE : arena_str(&report->arena, digest);
    layer.created_by = arena_str(&report->arena, rest);
    if (!str_is(size, "-") && !str_to_u64(size, &layer.size))
        return false;
    layer.base = str_is(base, "yes") ? BASE_YES : str_is(base, "no") ? BASE_NO : BASE_UNKNOWN;
    *VEC_ADD(&report->target.layers) = layer;
    return true;
}

static void set_problem(struct report *report, struct str message)
{
    struct pl_err problem;
    message = str_first(message, 600);
    err_set(&problem, PL_E_FORMAT, "the bill of materials was made from an incomplete scan: %.*s",
            STR_ARG(message));
    report_tell(report, true, STR_NONE, &problem);
}

bool target_set_fact(struct report *report, struct str key, struct str value)
{
    struct os_info *os = &report->target.os;
    uint64_t number;
    bool yes;
    for (size_t i = 0; i < ARRAY_LEN(target_texts); i++)
        if (str_is(key, target_texts[i].key)) {
            char *base = (char *)report;
            *(struct str *)(void *)(base + target_texts[i].offset) =
                arena_str(&report->arena, value);
            return true;
        }
    if (str_is(key, "os:stream") && os->stream_count < ARRAY_LEN(os->streams)) {
        os->streams[os->stream_count++] = arena_str(&report->arena, value);
        return true;
    }
    if (str_is(key, "base:layers") && str_to_u64(value, &number) && number < LIMIT_LAYERS) {
        report->target.base.layers = (size_t)number;
        return true;
    }
    if (str_is(key, "layer"))
        return set_layer(report, value);
    if (str_is(key, "problem")) {
        set_problem(report, value);
        return true;
    }
    if (str_is(key, "complete") && parse_bool(value, &yes)) {
        if (!yes && report->complete)
            set_problem(report, STR("it does not say why"));
        return true;
    }
    return str_is(key, "target:kind");
}
