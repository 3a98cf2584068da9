/* OpenVEX 0.2.0, https://github.com/openvex/spec, "OPENVEX-SPEC"; also what 0.0.x had otherwise:
 * vulnerability and products as plain texts, subcomponents beside the products. */
#include "decide/internal.h"

struct reading {
    struct decisions *decisions;
    const char *file;
    int64_t time; /* of the document */
    size_t without_reason;
};

static bool openvex_is(const json_t *root)
{
    return str_starts(json_text(root, "@context"), STR("https://openvex.dev/ns"));
}

/* A product or subcomponent: an object, or in 0.0.x its id alone. */
static struct vex_product read_product(struct reading *reading, const json_t *value)
{
    struct decisions *decisions = reading->decisions;
    const json_t *identifiers = json_member(value, "identifiers");
    struct str id = json_is_object(value) ? json_text(value, "@id") : json_value_text(value);
    struct str purl = json_text(identifiers, "purl"), cpe = json_text(identifiers, "cpe23");
    struct vex_product product = vex_product_of(decisions, purl.len ? purl : id);
    const char *algorithm;
    json_t *hex;
    if (cpe.len == 0)
        cpe = json_text(identifiers, "cpe22");
    if (cpe.len)
        product.cpe = decisions_keep(decisions, cpe);
    json_object_foreach(json_member(value, "hashes"), algorithm, hex)
        vex_product_hash(decisions, &product, str_of(algorithm), json_value_text(hex));
    return product;
}

/* Names: the vulnerability's, its aliases, and its @id where that is all there is. */
static void read_names(struct reading *reading, const json_t *value,
                       struct vex_statement *statement)
{
    const json_t *aliases = json_list(value, "aliases");
    struct arena *arena = &reading->decisions->arena;
    struct str name = json_is_object(value) ? json_text(value, "name") : json_value_text(value);
    size_t index;
    json_t *item;
    if (name.len == 0) {
        struct str id = json_text(value, "@id");
        name = str_from(id, str_last_index(id, '/') + 1);
    }
    statement->ids = ARENA_ARRAY(arena, struct str, json_array_size(aliases) + 1);
    if (name.len)
        statement->ids[statement->id_count++] = arena_str(arena, name);
    json_array_foreach(aliases, index, item) if (json_value_text(item).len)
        statement->ids[statement->id_count++] = arena_str(arena, json_value_text(item));
}

static int read_status(struct str word, enum vex_status *ret_status, struct pl_err *err)
{
    static const struct {
        const char *word;
        enum vex_status status;
    } table[] = {{"not_affected", VEX_NOT_AFFECTED},
                 {"affected", VEX_AFFECTED},
                 {"fixed", VEX_FIXED},
                 {"under_investigation", VEX_UNDER_INVESTIGATION}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(word, table[i].word)) {
            *ret_status = table[i].status;
            return 0;
        }
    return err_set(err, PL_E_FORMAT, "\"%.*s\" is no status of OpenVEX",
                   STR_ARG(str_first(word, 100)));
}

/* One statement for each product, or for each part of it that is named. */
static int add_products(struct reading *reading, const json_t *products, const json_t *all_parts,
                        struct vex_statement *statement, struct pl_err *err)
{
    size_t i, k;
    json_t *item, *part;
    int r = 0;
    json_array_foreach(products, i, item)
    {
        const json_t *parts = json_list(item, "subcomponents");
        statement->product = read_product(reading, item);
        statement->has_part = false;
        if (!parts)
            parts = all_parts;
        if (json_array_size(parts) == 0)
            r = decisions_add_statement(reading->decisions, statement, err);
        json_array_foreach(parts, k, part)
        {
            statement->part = read_product(reading, part);
            statement->has_part = true;
            r = decisions_add_statement(reading->decisions, statement, err);
            if (r < 0)
                break;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_statement(struct reading *reading, const json_t *value, struct pl_err *err)
{
    struct decisions *decisions = reading->decisions;
    struct vex_statement statement = {.file = reading->file, .time = reading->time};
    struct str timestamp = json_text(value, "timestamp");
    int r = read_status(json_text(value, "status"), &statement.status, err);
    if (r < 0)
        return r;
    read_names(reading, json_object_get(value, "vulnerability"), &statement);
    if (timestamp.len)
        statement.time = vex_time(timestamp);
    statement.justification = decisions_keep(decisions, json_text(value, "justification"));
    struct str impact = json_text(value, "impact_statement"),
               notes = json_text(value, "status_notes");
    statement.text = decisions_keep(decisions, impact.len ? impact : notes);
    /* "Status justifications": a statement without a reason is not valid. */
    if (statement.status == VEX_NOT_AFFECTED && !statement.justification.len && !impact.len) {
        reading->without_reason++;
        return 0;
    }
    return add_products(reading, json_list(value, "products"), json_list(value, "subcomponents"),
                        &statement, err);
}

static void tell_without_reason(struct reading *reading)
{
    struct pl_err problem;
    struct decisions *decisions = reading->decisions;
    if (reading->without_reason == 0)
        return;
    err_set(&problem, PL_E_FORMAT,
            "statements \"not_affected\" without a justification or an impact statement, which "
            "OpenVEX requires, are not used: %zu",
            reading->without_reason);
    *VEC_ADD(&decisions->refused) =
        (struct refused){decisions_keep(decisions, str_of(reading->file)),
                         decisions_keep(decisions, str_of(problem.message)),
                         decisions_keep(decisions, str_of(problem.local))};
}

static int openvex_read(struct decisions *decisions, const char *file, const json_t *root,
                        struct pl_err *err)
{
    struct reading reading = {.decisions = decisions, .file = file};
    size_t index;
    json_t *item;
    reading.time = vex_time(json_text(root, "timestamp"));
    if (!json_list(root, "statements"))
        return err_set(err, PL_E_FORMAT, "the document has no list \"statements\"");
    json_array_foreach(json_list(root, "statements"), index, item)
    {
        int r = read_statement(&reading, item, err);
        if (r < 0)
            return err_prefix(err, "statement %zu", index + 1);
    }
    tell_without_reason(&reading);
    return 0;
}

const struct vex_format vex_openvex = {"OpenVEX", openvex_is, openvex_read};
