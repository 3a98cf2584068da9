/* CycloneDX's vulnerabilities with their analysis (ECMA-424, "Vulnerabilities": analysis, affects),
 * in a bill of materials or in a document of their own. */
#include "decide/internal.h"

#include "base/hash.h"
#include "base/percent.h"

/* What a bom-ref of the document stands for. */
struct component {
    uint64_t ref;
    struct vex_product product;
};

struct reading {
    struct decisions *decisions;
    const char *file;
    int64_t time;
    VEC(struct component) components;
};

static bool cyclonedx_is(const json_t *root)
{
    return str_is(json_text(root, "bomFormat"), "CycloneDX") && json_list(root, "vulnerabilities");
}

/* A name with a version that is no digest is a tag. */
static struct vex_product read_product(struct reading *reading, const json_t *component)
{
    struct decisions *decisions = reading->decisions;
    struct str purl = json_text(component, "purl"), cpe = json_text(component, "cpe");
    struct str name = json_text(component, "name"), version = json_text(component, "version");
    struct str group = json_text(component, "group");
    struct vex_product product = {0};
    size_t index;
    json_t *item;
    if (purl.len)
        product = vex_product_of(decisions, purl);
    if (cpe.len)
        product.cpe = decisions_keep(decisions, cpe);
    if (str_starts(version, STR("sha256:")))
        vex_product_hash(decisions, &product, STR("sha256"), str_from(version, 7));
    else if (!purl.len && version.len)
        product.name = arena_printf(&decisions->arena, "%.*s%s%.*s:%.*s", STR_ARG(group),
                                    group.len ? "/" : "", STR_ARG(name), STR_ARG(version));
    if (!purl.len && !product.name.len)
        product.name = decisions_keep(decisions, name);
    json_array_foreach(json_list(component, "hashes"), index, item)
        vex_product_hash(decisions, &product, json_text(item, "alg"), json_text(item, "content"));
    return product;
}

/* JSON is not nested deeper than LIMIT_JSON_DEPTH. */
static void read_component(struct reading *reading, const json_t *component)
{
    struct str ref = json_text(component, "bom-ref");
    size_t index;
    json_t *item;
    if (ref.len)
        *VEC_ADD(&reading->components) =
            (struct component){hash_str(ref), read_product(reading, component)};
    json_array_foreach(json_list(component, "components"), index, item)
        read_component(reading, item);
}

static int by_ref(const void *a, const void *b)
{
    const struct component *x = a, *y = b;
    return (x->ref > y->ref) - (x->ref < y->ref);
}

/* A bom-ref of the document, or of another one: "urn:cdx:SERIAL/VERSION#REF" (BOM-Link), whose
 * reference tells its product only when it is a purl. */
static bool find_product(struct reading *reading, struct str ref, struct vex_product *ret_product)
{
    struct component key = {.ref = hash_str(ref)};
    const struct component *found = reading->components.count
                                        ? bsearch(&key, reading->components.items,
                                                  reading->components.count, sizeof(key), by_ref)
                                        : NULL;
    if (found) {
        *ret_product = found->product;
        return true;
    }
    if (str_starts(ref, STR("urn:cdx:"))) {
        size_t hash = str_index(ref, '#');
        if (hash == SIZE_MAX)
            return false;
        ref = str_from(ref, hash + 1);
        struct str decoded;
        if (percent_decode(&reading->decisions->arena, ref, &decoded))
            ref = decoded;
    }
    *ret_product = vex_product_of(reading->decisions, ref);
    return ret_product->has_purl;
}

static bool read_state(struct str word, enum vex_status *ret_status)
{
    static const struct {
        const char *word;
        enum vex_status status;
    } table[] = {
        {"not_affected", VEX_NOT_AFFECTED},
        {"false_positive", VEX_NOT_AFFECTED},
        {"exploitable", VEX_AFFECTED},
        {"in_triage", VEX_UNDER_INVESTIGATION},
        {"resolved", VEX_FIXED},
        {"resolved_with_pedigree", VEX_FIXED},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(word, table[i].word)) {
            *ret_status = table[i].status;
            return true;
        }
    return false;
}

static void read_names(struct reading *reading, const json_t *vulnerability,
                       struct vex_statement *statement)
{
    const json_t *references = json_list(vulnerability, "references");
    struct arena *arena = &reading->decisions->arena;
    struct str id = json_text(vulnerability, "id");
    size_t index;
    json_t *item;
    statement->ids = ARENA_ARRAY(arena, struct str, json_array_size(references) + 1);
    if (id.len)
        statement->ids[statement->id_count++] = arena_str(arena, id);
    json_array_foreach(references, index, item) if (json_text(item, "id").len)
        statement->ids[statement->id_count++] = arena_str(arena, json_text(item, "id"));
}

static void read_time(const json_t *vulnerability, const json_t *analysis,
                      struct vex_statement *statement)
{
    struct str told[] = {
        json_text(analysis, "lastUpdated"),
        json_text(analysis, "firstIssued"),
        json_text(vulnerability, "updated"),
    };
    for (size_t i = 0; i < ARRAY_LEN(told); i++)
        if (told[i].len) {
            statement->time = vex_time(told[i]);
            return;
        }
}

/* Of a product whose purl names no version the listed ones: those that the analysis is about, and
 * without one those that are unaffected. A range is not compared. */
static int read_versions(struct reading *reading, const json_t *affected, bool told,
                         struct vex_statement statement, struct pl_err *err)
{
    size_t index;
    json_t *item;
    int r = 0;
    json_array_foreach(json_list(affected, "versions"), index, item)
    {
        struct str version = json_text(item, "version");
        if ((!told && !str_is(json_text(item, "status"), "unaffected")) || !version.len ||
            !statement.product.has_purl)
            continue;
        if (!told)
            statement.status = VEX_NOT_AFFECTED;
        statement.product.purl.version = decisions_keep(reading->decisions, version);
        r = decisions_add_statement(reading->decisions, &statement, err);
        if (r < 0)
            break;
    }
    return r;
}

/* The versions narrow what is said where the product itself is any version. */
static bool is_narrowed(const json_t *affected, const struct vex_statement *statement)
{
    return json_array_size(json_list(affected, "versions")) && statement->product.has_purl &&
           !statement->product.purl.version.len &&
           (statement->status == VEX_NOT_AFFECTED || statement->status == VEX_FIXED);
}

static int read_vulnerability(struct reading *reading, const json_t *vulnerability,
                              struct pl_err *err)
{
    const json_t *analysis = json_member(vulnerability, "analysis");
    struct vex_statement statement = {.file = reading->file, .time = reading->time};
    struct str state = json_text(analysis, "state");
    bool told = read_state(state, &statement.status);
    size_t index;
    json_t *item;
    read_names(reading, vulnerability, &statement);
    read_time(vulnerability, analysis, &statement);
    struct str justification = json_text(analysis, "justification");
    if (!justification.len && str_is(state, "false_positive"))
        justification = state;
    statement.justification = decisions_keep(reading->decisions, justification);
    statement.text = decisions_keep(reading->decisions, json_text(analysis, "detail"));
    json_array_foreach(json_list(vulnerability, "affects"), index, item)
    {
        if (!find_product(reading, json_text(item, "ref"), &statement.product))
            continue;
        int r = told && !is_narrowed(item, &statement)
                    ? decisions_add_statement(reading->decisions, &statement, err)
                    : read_versions(reading, item, told, statement, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int cyclonedx_read(struct decisions *decisions, const char *file, const json_t *root,
                          struct pl_err *err)
{
    struct reading reading = {.decisions = decisions, .file = file};
    const json_t *metadata = json_member(root, "metadata");
    size_t index;
    json_t *item;
    int r = 0;
    reading.time = vex_time(json_text(metadata, "timestamp"));
    read_component(&reading, json_member(metadata, "component"));
    json_array_foreach(json_list(root, "components"), index, item) read_component(&reading, item);
    if (reading.components.count)
        qsort(reading.components.items, reading.components.count, sizeof(struct component), by_ref);
    json_array_foreach(json_list(root, "vulnerabilities"), index, item)
    {
        r = read_vulnerability(&reading, item, err);
        if (r < 0)
            break;
    }
    VEC_FREE(&reading.components);
    return r;
}

const struct vex_format vex_cyclonedx = {"CycloneDX", cyclonedx_is, cyclonedx_read};
