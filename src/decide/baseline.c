#include "decide/baseline.h"

#include "base/hash.h"
#include "base/limits.h"
#include "io/json_cutter.h"
#include "io/rewind_input.h"

/* One finding under one of its names. What a CVE is called besides can be an advisory's name that
 * other CVEs share, so it is known apart (`shared`) and is no name that another CVE is known by. */
static uint64_t key_of(struct str kind, bool shared, struct str id, struct str type,
                       struct str name, struct str path)
{
    uint64_t hash = hash_str(kind) + shared;
    const struct str parts[] = {id, type, name, path};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        hash = hash_with(hash, hash_str(parts[i]) + i);
    return hash;
}

/* What is in files and configuration is known by its fingerprint: another secret in the same file
 * is a new one. */
static bool is_of_file(struct str kind)
{
    static const enum finding_kind kinds[] = {FINDING_CONFIG, FINDING_SECRET, FINDING_PASSWORD,
                                              FINDING_PERMISSION, FINDING_MALWARE};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(kind, finding_kind_name(kinds[i])))
            return true;
    return false;
}

bool baseline_has(const struct decisions *decisions, const struct report *report,
                  const struct finding *finding)
{
    struct str kind = str_of(finding_kind_name(finding->kind)), type = STR_NONE, name = STR_NONE;
    struct str path = finding->path;
    if (is_of_file(kind))
        return hash_set_has(&decisions->baseline, key_of(kind, false, finding->fingerprint,
                                                         STR_NONE, STR_NONE, STR_NONE));
    if (finding->package != PACKAGE_NONE) {
        const struct package *package = &report->packages.items[finding->package];
        type = str_of(package_type_name(package->type));
        name = package->name;
        path = STR_NONE;
    }
    for (size_t n = 0; n < finding_name_count(finding); n++) {
        struct str id;
        if (!finding_name(finding, n, &id))
            continue;
        if (hash_set_has(&decisions->baseline, key_of(kind, false, id, type, name, path)) ||
            (!is_cve(finding->id) &&
             hash_set_has(&decisions->baseline, key_of(kind, true, id, type, name, path))))
            return true;
    }
    return false;
}

/* ---- reading one ---- */

struct known_package {
    struct str type, name;
};

struct reading {
    struct decisions *decisions;
    struct arena arena;
    VEC(struct known_package) packages;
    bool is_report;
};

/* What the cutter's callbacks get. */
struct input_of {
    struct reading *reading;
    struct rewind_input *input;
};

static int read_chunk(void *context, struct str *ret_chunk, struct pl_err *err)
{
    return rewind_read(((struct input_of *)context)->input, ret_chunk, err);
}

static int take_schema(void *context, struct str name, struct str text, struct pl_err *err)
{
    struct reading *reading = ((struct input_of *)context)->reading;
    (void)err;
    if (str_is(name, "schema"))
        reading->is_report = str_is(text, "plimsoll.report/1");
    return 0;
}

static int take_package(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct reading *reading = ((struct input_of *)context)->reading;
    AUTO_JSON *package = NULL;
    int r = json_document(text, &package, err);
    (void)names;
    if (r < 0)
        return r;
    *VEC_ADD(&reading->packages) = (struct known_package){
        arena_str(&reading->arena, json_text(package, "type")),
        arena_str(&reading->arena, json_text(package, "name")),
    };
    return 0;
}

static bool counted(const json_t *finding)
{
    const json_t *suppressed = json_member(finding, "suppressed");
    return !suppressed || str_is(json_text(suppressed, "by"), "baseline");
}

static int take_finding(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct reading *reading = ((struct input_of *)context)->reading;
    AUTO_JSON *finding = NULL;
    size_t index;
    json_t *item;
    int r = json_document(text, &finding, err);
    (void)names;
    if (r < 0 || !counted(finding))
        return r;
    struct known_package package = {STR_NONE, STR_NONE};
    struct str kind = json_text(finding, "kind"), path = json_text(finding, "path");
    if (json_is_integer(json_object_get(finding, "package"))) {
        uint64_t ref = json_count(finding, "package", UINT64_MAX);
        if (ref >= reading->packages.count)
            return err_set(err, PL_E_FORMAT, "a finding names package %llu, which is not there",
                           (unsigned long long)ref);
        package = reading->packages.items[ref];
        path = STR_NONE;
    }
    struct hash_set *set = &reading->decisions->baseline;
    if (is_of_file(kind)) {
        hash_set_add(set, key_of(kind, false, json_text(finding, "fingerprint"), STR_NONE, STR_NONE,
                                 STR_NONE));
        return 0;
    }
    struct finding own = {.id = json_text(finding, "id"), .alias_count = 1};
    hash_set_add(set, key_of(kind, false, own.id, package.type, package.name, path));
    json_array_foreach(json_list(finding, "aliases"), index, item)
    {
        struct str alias = json_value_text(item);
        own.aliases = &alias;
        if (!finding_name(&own, 1, &alias))
            continue;
        hash_set_add(set, key_of(kind, is_cve(own.id), alias, package.type, package.name, path));
    }
    return 0;
}

static int read_report(struct reading *reading, struct rewind_input *input, struct pl_err *err)
{
    static const char *const packages[] = {"packages", JSON_ANY_ELEMENT, NULL};
    static const char *const findings[] = {"findings", JSON_ANY_ELEMENT, NULL};
    struct input_of context = {reading, input};
    struct json_cutter cutter = {
        .read = read_chunk,
        .path = packages,
        .entry = take_package,
        .scalar = take_schema,
        .context = &context,
    };
    int r = rewind_start(input, err);
    if (r == 0)
        r = json_cut(&cutter, err);
    if (r == 0 && !reading->is_report)
        r = err_set(err, PL_E_FORMAT,
                    "this is no report of plimsoll (schema plimsoll.report/1, --format json)");
    cutter.path = findings;
    cutter.entry = take_finding;
    if (r == 0)
        r = rewind_start(input, err);
    return r < 0 ? r : json_cut(&cutter, err);
}

int decisions_read_baseline(struct decisions *decisions, const char *path, struct pl_err *err)
{
    struct rewind_input input;
    struct reading reading = {.decisions = decisions};
    int r = rewind_open(path, LIMIT_BASELINE, LIMIT_NAME(LIMIT_BASELINE), &input, err);
    if (r < 0)
        return r;
    r = read_report(&reading, &input, err);
    rewind_close(&input);
    VEC_FREE(&reading.packages);
    arena_free(&reading.arena);
    if (r < 0)
        return err_prefix(err, "%s", path);
    decisions->has_baseline = true;
    decisions->baseline_file = arena_str(&decisions->arena, str_of(path));
    return 0;
}
