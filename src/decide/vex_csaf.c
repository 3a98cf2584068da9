/* CSAF 2.0, https://docs.oasis-open.org/csaf/csaf/v2.0/: the statuses of products, sections 3.2.2
 * (product tree) and 3.2.3.9 (product status), profile 5 (VEX). */
#include "decide/internal.h"

#include "base/hash.h"
#include "base/limits.h"

struct product_row {
    uint64_t id;
    struct vex_product product;
    uint32_t part, whole; /* of a relationship: rows + 1 */
    size_t said_in;       /* the vulnerability, counted from 1, that the next two belong to */
    struct str justification, text;
};

enum { REASON_MAX = 500 };

struct shared {
    struct str from, kept;
};

struct reading {
    struct decisions *decisions;
    const char *file;
    int64_t time;
    const json_t *groups;
    size_t vulnerability;           /* counted from 1 */
    struct str justification, text; /* of all products of it */
    struct shared kept_justification, kept_text;
    uint64_t steps; /* of work with groups: a group can be named again and again */
    VEC(struct product_row) rows;
    uint32_t *table; /* open addressing: row + 1 */
    size_t mask;
};

static bool csaf_is(const json_t *root)
{
    return json_text(json_member(root, "document"), "csaf_version").len != 0;
}

static void rehash(struct reading *reading)
{
    size_t size = 64;
    while (size < reading->rows.count * 4)
        size *= 2;
    free(reading->table);
    reading->table = mem_zalloc(size, sizeof(*reading->table));
    reading->mask = size - 1;
    for (size_t i = 0; i < reading->rows.count; i++) {
        size_t slot = reading->rows.items[i].id & reading->mask;
        while (reading->table[slot])
            slot = (slot + 1) & reading->mask;
        reading->table[slot] = (uint32_t)i + 1;
    }
}

static struct product_row *find_row(struct reading *reading, struct str id)
{
    uint64_t hash = hash_str(id);
    for (size_t slot = hash & reading->mask; reading->table && reading->table[slot];
         slot = (slot + 1) & reading->mask) {
        struct product_row *row = &reading->rows.items[reading->table[slot] - 1];
        if (row->id == hash)
            return row;
    }
    return NULL;
}

static struct product_row *add_row(struct reading *reading, struct str id)
{
    struct product_row *row = find_row(reading, id);
    if (row)
        return row;
    *VEC_ADD(&reading->rows) = (struct product_row){.id = hash_str(id)};
    uint32_t index = (uint32_t)reading->rows.count - 1;
    if (reading->rows.count * 2 > reading->mask) {
        rehash(reading);
    } else {
        size_t slot = reading->rows.items[index].id & reading->mask;
        while (reading->table[slot])
            slot = (slot + 1) & reading->mask;
        reading->table[slot] = index + 1;
    }
    return &reading->rows.items[index];
}

/* 3.1.3.3, product identification helper. */
static struct vex_product read_product(struct reading *reading, const json_t *product)
{
    const json_t *helper = json_member(product, "product_identification_helper");
    struct str purl = json_text(helper, "purl"), cpe = json_text(helper, "cpe");
    struct str name = json_text(product, "name");
    struct vex_product result = vex_product_of(reading->decisions, purl.len  ? purl
                                                                   : cpe.len ? cpe
                                                                             : name);
    size_t i, k;
    json_t *item, *hash;
    if (purl.len && cpe.len)
        result.cpe = decisions_keep(reading->decisions, cpe);
    json_array_foreach(json_list(helper, "hashes"), i, item)
        json_array_foreach(json_list(item, "file_hashes"), k, hash) vex_product_hash(
            reading->decisions, &result, json_text(hash, "algorithm"), json_text(hash, "value"));
    return result;
}

/* 3.1.2.2: a branch of the category "product_version_range" is about some versions of what its
 * product's purl names. */
static void read_full_product(struct reading *reading, const json_t *product, bool is_range)
{
    struct str id = json_text(product, "product_id");
    if (id.len) {
        struct vex_product result = read_product(reading, product);
        result.is_range = is_range && !(result.has_purl && result.purl.version.len);
        add_row(reading, id)->product = result;
    }
}

/* JSON is not nested deeper than LIMIT_JSON_DEPTH. */
static void read_branches(struct reading *reading, const json_t *branch)
{
    size_t index;
    json_t *item;
    read_full_product(reading, json_member(branch, "product"),
                      str_is(json_text(branch, "category"), "product_version_range"));
    json_array_foreach(json_list(branch, "branches"), index, item) read_branches(reading, item);
}

static void read_tree(struct reading *reading, const json_t *tree)
{
    size_t index;
    json_t *item;
    read_branches(reading, tree);
    json_array_foreach(json_list(tree, "full_product_names"), index, item)
        read_full_product(reading, item, false);
    json_array_foreach(json_list(tree, "relationships"), index, item)
    {
        const json_t *full = json_member(item, "full_product_name");
        struct str part = json_text(item, "product_reference");
        struct str whole = json_text(item, "relates_to_product_reference");
        struct str id = json_text(full, "product_id");
        if (!id.len || !part.len || !whole.len)
            continue;
        struct vex_product own = read_product(reading, full);
        uint32_t part_row = (uint32_t)(add_row(reading, part) - reading->rows.items) + 1;
        uint32_t whole_row = (uint32_t)(add_row(reading, whole) - reading->rows.items) + 1;
        struct product_row *row = add_row(reading, id);
        row->product = own;
        row->part = part_row;
        row->whole = whole_row;
    }
    reading->groups = json_list(tree, "product_groups");
}

/* ---- what is said ---- */

static void say(struct reading *reading, struct str id, struct str justification, struct str text)
{
    struct product_row *row = find_row(reading, id);
    if (!row)
        return;
    if (row->said_in != reading->vulnerability)
        row->justification = row->text = STR_NONE;
    row->said_in = reading->vulnerability;
    if (justification.len)
        row->justification = justification;
    if (text.len)
        row->text = text;
}

static void say_of_group(struct reading *reading, struct str id, struct str justification,
                         struct str text)
{
    size_t g, k;
    json_t *group, *member;
    json_array_foreach(reading->groups, g, group)
    {
        if (reading->steps++ > LIMIT_VEX_STEPS)
            return;
        if (!str_equal(json_text(group, "group_id"), id))
            continue;
        json_array_foreach(json_list(group, "product_ids"), k, member)
        {
            if (reading->steps++ > LIMIT_VEX_STEPS)
                return;
            say(reading, json_value_text(member), justification, text);
        }
    }
}

/* A flag or a threat names products, groups of them, or neither: then it is about all. */
static void say_of(struct reading *reading, const json_t *item, struct str justification,
                   struct str text)
{
    size_t i;
    json_t *id;
    json_array_foreach(json_list(item, "product_ids"), i, id)
        say(reading, json_value_text(id), justification, text);
    json_array_foreach(json_list(item, "group_ids"), i, id)
        say_of_group(reading, json_value_text(id), justification, text);
    if (json_list(item, "product_ids") || json_list(item, "group_ids"))
        return;
    if (justification.len)
        reading->justification = justification;
    if (text.len)
        reading->text = text;
}

static void read_reasons(struct reading *reading, const json_t *vulnerability)
{
    size_t index;
    json_t *item;
    reading->vulnerability++;
    reading->justification = reading->text = STR_NONE;
    json_array_foreach(json_list(vulnerability, "threats"), index,
                       item) if (str_is(json_text(item, "category"), "impact"))
        say_of(reading, item, STR_NONE, json_text(item, "details"));
    json_array_foreach(json_list(vulnerability, "flags"), index, item)
        say_of(reading, item, json_text(item, "label"), STR_NONE);
}

static bool is_known(const struct vex_product *product)
{
    return product->has_purl || product->cpe.len || product->hash_count || product->name.len;
}

/* One text is about many products: a copy for all that follow one another, and not too long. */
static struct str keep_shared(struct reading *reading, struct shared *shared, struct str text)
{
    if (text.data != shared->from.data || text.len != shared->from.len)
        *shared =
            (struct shared){text, decisions_keep(reading->decisions, str_first(text, REASON_MAX))};
    return shared->kept;
}

static int add_statement(struct reading *reading, const struct product_row *row,
                         struct vex_statement statement, struct pl_err *err)
{
    struct decisions *decisions = reading->decisions;
    bool said = row->said_in == reading->vulnerability;
    statement.justification =
        keep_shared(reading, &reading->kept_justification,
                    said && row->justification.len ? row->justification : reading->justification);
    statement.text = keep_shared(reading, &reading->kept_text,
                                 said && row->text.len ? row->text : reading->text);
    statement.product = row->product;
    if (row->whole) {
        bool own = row->product.has_purl || row->product.cpe.len || row->product.hash_count;
        statement.product = reading->rows.items[row->whole - 1].product;
        statement.part = own ? row->product : reading->rows.items[row->part - 1].product;
        statement.part.is_range |= reading->rows.items[row->part - 1].product.is_range;
        statement.has_part = true;
    }
    return is_known(&statement.product) ? decisions_add_statement(decisions, &statement, err) : 0;
}

static int read_vulnerability(struct reading *reading, const json_t *vulnerability,
                              struct pl_err *err)
{
    static const struct {
        const char *list;
        enum vex_status status;
    } lists[] = {
        {"known_affected", VEX_AFFECTED},
        {"first_affected", VEX_AFFECTED},
        {"last_affected", VEX_AFFECTED},
        {"known_not_affected", VEX_NOT_AFFECTED},
        {"fixed", VEX_FIXED},
        {"first_fixed", VEX_FIXED},
        {"under_investigation", VEX_UNDER_INVESTIGATION},
    };
    struct arena *arena = &reading->decisions->arena;
    const json_t *status = json_member(vulnerability, "product_status");
    const json_t *others = json_list(vulnerability, "ids");
    struct vex_statement statement = {.file = reading->file, .time = reading->time};
    struct str cve = json_text(vulnerability, "cve");
    size_t index;
    json_t *item;
    statement.ids = ARENA_ARRAY(arena, struct str, json_array_size(others) + 1);
    if (cve.len)
        statement.ids[statement.id_count++] = arena_str(arena, cve);
    json_array_foreach(others, index, item) if (json_text(item, "text").len)
        statement.ids[statement.id_count++] = arena_str(arena, json_text(item, "text"));
    read_reasons(reading, vulnerability);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        statement.status = lists[i].status;
        json_array_foreach(json_list(status, lists[i].list), index, item)
        {
            const struct product_row *row = find_row(reading, json_value_text(item));
            int r = row ? add_statement(reading, row, statement, err) : 0;
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int csaf_read(struct decisions *decisions, const char *file, const json_t *root,
                     struct pl_err *err)
{
    struct reading reading = {.decisions = decisions, .file = file};
    const json_t *head = json_member(root, "document");
    const json_t *tracking = json_member(head, "tracking");
    size_t index;
    json_t *item;
    if (!str_starts(json_text(head, "csaf_version"), STR("2.")))
        return err_set(err, PL_E_UNSUPPORTED, "CSAF %.*s is not read: 2.0 is",
                       STR_ARG(str_first(json_text(head, "csaf_version"), 20)));
    reading.time = vex_time(json_text(tracking, "current_release_date"));
    read_tree(&reading, json_member(root, "product_tree"));
    int r = 0;
    json_array_foreach(json_list(root, "vulnerabilities"), index, item)
    {
        r = read_vulnerability(&reading, item, err);
        if (r < 0)
            break;
    }
    VEC_FREE(&reading.rows);
    free(reading.table);
    if (r < 0)
        return r;
    if (reading.steps > LIMIT_VEX_STEPS)
        return err_limit(err, LIMIT_NAME(LIMIT_VEX_STEPS),
                         "its groups of products take more than LIMIT_VEX_STEPS (%llu) steps",
                         (unsigned long long)LIMIT_VEX_STEPS);
    return 0;
}

const struct vex_format vex_csaf = {"CSAF", csaf_is, csaf_read};
