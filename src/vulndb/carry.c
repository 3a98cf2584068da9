/* Taking over from the old database what a run doesn't replace. */
#include "vulndb/builder_internal.h"

struct carry {
    struct builder *builder;
    const struct vulndb *old;
    uint32_t *units; /* the new index of each old unit; UINT32_MAX: replaced */
    struct pl_err *err;
    int result;
};

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left, right;
    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return (left > right) - (left < right);
}

/* This run brought the advisory anew. */
static bool is_touched(const struct carry *carry, uint32_t unit, struct str advisory)
{
    const struct builder *builder = carry->builder;
    uint32_t text = intern_find(&builder->strings, advisory);
    if (text == UINT32_MAX || !builder->touched.count)
        return false;
    uint64_t wanted = (uint64_t)unit << 32 | text;
    return bsearch(&wanted, builder->touched.items, builder->touched.count, sizeof(wanted),
                   compare_numbers) != NULL;
}

static void carry_units(struct carry *carry)
{
    struct builder *builder = carry->builder;
    size_t known = builder->units.count;
    for (size_t i = 0; i < carry->old->info.feed_count; i++) {
        const struct vulndb_feed *feed = &carry->old->feeds[i];
        uint32_t unit = builder_unit(builder, carry->old->feed_ids[i], feed->name, feed->unit);
        carry->units[i] = unit;
        if (unit < known && builder->units.items[unit].replaced)
            carry->units[i] = UINT32_MAX;
        else
            builder_updated(builder, unit, feed->updated);
    }
    for (size_t i = 0; i < carry->old->namespace_count; i++) {
        const struct vulndb_namespace *entry = &carry->old->namespaces[i];
        if (carry->units[entry->unit] != UINT32_MAX)
            builder_namespace(builder, carry->units[entry->unit], entry->name);
    }
}

static void carry_statements(struct carry *carry, struct str key, struct str value)
{
    struct str package = str_from(key, 1), name_space;
    if (!str_cut(&package, '\0', &name_space) || !package.data)
        return;
    struct vulndb_cursor cursor;
    vulndb_cursor_start(&cursor, carry->old, value);
    struct vulndb_statement statement;
    while (carry->result == 0 && vulndb_next(&cursor, &statement)) {
        uint32_t unit = carry->units[cursor.unit];
        if (unit != UINT32_MAX && !is_touched(carry, unit, statement.advisory))
            carry->result = builder_statement(carry->builder, unit, name_space, package, &statement,
                                              carry->err);
    }
    vulndb_cursor_free(&cursor);
}

static size_t read_texts(const struct vulndb *db, struct format_reader list, struct str **texts,
                         size_t *capacity)
{
    size_t count = 0, room = (size_t)(list.end - list.next);
    if (!list.next)
        return 0;
    if (room > LIST_MAX)
        room = LIST_MAX;
    if (room > *capacity) {
        *capacity = room;
        *texts = mem_realloc(*texts, room * sizeof(**texts));
    }
    while (count < room && !list.bad && list.next < list.end)
        (*texts)[count++] = vulndb_read_text(db, &list);
    if (list.bad)
        vulndb_tell_damage(db);
    return count;
}

static void carry_facets(struct carry *carry, struct str key, struct str value)
{
    AUTO_BUF id = {0};
    struct str *aliases = NULL, *cwes = NULL;
    size_t alias_room = 0, cwe_room = 0;
    const unsigned char *start = (const unsigned char *)value.data;
    struct format_reader reader = {start, start + value.len, false};
    struct vulndb_facet facet;
    format_vulnerability_id(key, &id);
    while (carry->result == 0 && vulndb_read_facet(carry->old, &reader, &facet)) {
        uint32_t unit = carry->units[facet.unit];
        struct str advisory = facet.advisory.len ? facet.advisory : buf_str(&id);
        if (unit == UINT32_MAX || is_touched(carry, unit, advisory))
            continue;
        facet.alias_count = read_texts(carry->old, facet.alias_list, &aliases, &alias_room);
        facet.cwe_count = read_texts(carry->old, facet.cwe_list, &cwes, &cwe_room);
        facet.aliases = aliases;
        facet.cwes = cwes;
        carry->result = builder_facet(carry->builder, unit, buf_str(&id), &facet, carry->err);
    }
    if (reader.bad)
        vulndb_tell_damage(carry->old);
    free(aliases);
    free(cwes);
}

static bool carry_entry(void *context, struct str key, struct str value)
{
    struct carry *carry = context;
    if (key.len && key.data[0] == KEY_PACKAGE)
        carry_statements(carry, key, value);
    else if (key.len && key.data[0] == KEY_VULNERABILITY)
        carry_facets(carry, key, value);
    return carry->result == 0;
}

static bool brings_epss(const struct builder *builder)
{
    for (size_t i = 0; i < builder->units.count; i++)
        if (builder->units.items[i].feed == FEED_EPSS && builder->units.items[i].replaced)
            return true;
    return false;
}

int builder_carry(struct builder *builder, const struct vulndb *old, struct pl_err *err)
{
    struct carry carry = {.builder = builder, .old = old, .err = err};
    carry.units = mem_zalloc(old->info.feed_count, sizeof(*carry.units));
    if (builder->touched.count)
        qsort(builder->touched.items, builder->touched.count, sizeof(builder->touched.items[0]),
              compare_numbers);
    carry_units(&carry);
    enum pages_result r = pages_each(&old->pages, carry_entry, &carry);
    free(carry.units);
    if (carry.result < 0)
        return carry.result;
    if (r == PAGES_DAMAGED || vulndb_damaged(old))
        return err_set(
            err, PL_E_DATABASE,
            "the old advisory database is damaged: remove it and import its feeds again");
    if (!brings_epss(builder))
        buf_add(&builder->epss, old->epss);
    return 0;
}

/* Past these a new database is laid out anew. */
enum { UNWANTED_PART = 4 };
#define FOLLOW_MAX (UINT32_MAX / 2)

void builder_follow(struct builder *builder, const struct vulndb *old)
{
    if (builder->facts_only || old->strings.len > FOLLOW_MAX ||
        old->unwanted > old->strings.len / UNWANTED_PART)
        return;
    for (size_t i = 0; i < old->info.feed_count; i++)
        builder_unit(builder, old->feed_ids[i], old->feeds[i].name, old->feeds[i].unit);
    const unsigned char *start = (const unsigned char *)old->strings.data;
    struct format_reader reader = {start, start + old->strings.len, false};
    while (reader.next < reader.end) {
        uint64_t len = format_number(&reader);
        if (reader.bad || len > (uint64_t)(reader.end - reader.next))
            return;
        intern_seed(&builder->strings, str_make((const char *)reader.next, len));
        reader.next += len;
    }
}
