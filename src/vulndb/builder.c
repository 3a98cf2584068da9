/* Collecting: everything becomes bytes of the file's format at once. */
#include "vulndb/builder.h"

#include <math.h>

#include "base/limits.h"
#include "vulndb/builder_internal.h"

struct builder *builder_new(void)
{
    struct builder *builder = mem_zalloc(1, sizeof(*builder));
    intern_init(&builder->strings);
    intern_init(&builder->packages.keys);
    intern_init(&builder->vulnerabilities.keys);
    return builder;
}

static void table_free(struct build_table *table)
{
    intern_free(&table->keys);
    VEC_FREE(&table->heads);
    VEC_FREE(&table->records);
    buf_free(&table->bytes);
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    intern_free(&builder->strings);
    table_free(&builder->packages);
    table_free(&builder->vulnerabilities);
    VEC_FREE(&builder->units);
    VEC_FREE(&builder->namespaces);
    VEC_FREE(&builder->touched);
    buf_free(&builder->epss);
    buf_free(&builder->scratch);
    buf_free(&builder->list);
    buf_free(&builder->key);
    arena_free(&builder->arena);
    free(builder);
}

void builder_facts_only(struct builder *builder)
{
    builder->facts_only = true;
}

uint32_t builder_text(struct builder *builder, struct str text)
{
    return intern_add(&builder->strings, text);
}

uint32_t builder_unit(struct builder *builder, enum feed_id feed, struct str feed_name,
                      struct str unit)
{
    for (size_t i = 0; i < builder->units.count; i++) {
        const struct build_unit *known = &builder->units.items[i];
        if (known->feed == feed && str_equal(known->unit, unit) &&
            str_equal(known->name, feed_name))
            return (uint32_t)i;
    }
    struct build_unit *added = VEC_ADD(&builder->units);
    *added = (struct build_unit){.feed = feed,
                                 .name = arena_str(&builder->arena, feed_name),
                                 .unit = arena_str(&builder->arena, unit)};
    return (uint32_t)builder->units.count - 1;
}

void builder_replace(struct builder *builder, uint32_t unit)
{
    builder->units.items[unit].replaced = true;
}

void builder_updated(struct builder *builder, uint32_t unit, struct str date)
{
    struct build_unit *entry = &builder->units.items[unit];
    if (date.len && date.len < 64 && str_compare(date, entry->updated) > 0)
        entry->updated = arena_str(&builder->arena, date);
}

static struct build_namespace *find_namespace(struct builder *builder, uint32_t unit,
                                              struct str name)
{
    uint32_t text = builder_text(builder, name);
    for (size_t i = builder->namespaces.count; i-- > 0;) {
        struct build_namespace *known = &builder->namespaces.items[i];
        if (known->unit == unit && known->name == text)
            return known;
    }
    struct build_namespace *added = VEC_ADD(&builder->namespaces);
    *added = (struct build_namespace){unit, text, 0};
    return added;
}

void builder_namespace(struct builder *builder, uint32_t unit, struct str name_space)
{
    find_namespace(builder, unit, name_space);
}

void builder_advisory(struct builder *builder, uint32_t unit, struct str advisory)
{
    *VEC_ADD(&builder->touched) = (uint64_t)unit << 32 | builder_text(builder, advisory);
}

static void put_text(struct builder *builder, struct str text)
{
    format_put_number(&builder->scratch, intern_offset(&builder->strings, text));
}

static void put_list(struct builder *builder, const struct str *texts, size_t count)
{
    builder->list.len = 0;
    for (size_t i = 0; i < count; i++)
        format_put_number(&builder->list, intern_offset(&builder->strings, texts[i]));
    put_text(builder, buf_str(&builder->list));
}

static int check_list(size_t count, size_t max, const char *limit, struct pl_err *err)
{
    if (count <= max)
        return 0;
    return err_limit(err, limit, "the advisory lists %zu things of one kind, %zu are allowed",
                     count, max);
}

static int add_record(struct build_table *table, struct str key, uint32_t unit, uint32_t advisory,
                      struct str bytes, struct pl_err *err)
{
    if (table->records.count >= UINT32_MAX - 1)
        return err_limit(err, "RECORDS", "the database has too many records");
    uint32_t index = intern_add(&table->keys, key);
    while (table->heads.count <= index)
        *VEC_ADD(&table->heads) = 0;
    struct build_record *record = VEC_ADD(&table->records);
    *record = (struct build_record){table->heads.items[index], unit, advisory, (uint32_t)bytes.len,
                                    table->bytes.len};
    table->heads.items[index] = (uint32_t)table->records.count;
    buf_add(&table->bytes, bytes);
    return 0;
}

/* "0" says the same as nothing: from the first version on. */
static struct str introduced_text(struct str introduced)
{
    return str_equal(introduced, STR("0")) ? STR("") : introduced;
}

static bool has_after(const struct vulndb_statement *statement)
{
    for (size_t i = 0; i < statement->range_count; i++)
        if (statement->ranges[i].after)
            return true;
    return false;
}

static void encode_statement(struct builder *builder, uint32_t unit,
                             const struct vulndb_statement *statement)
{
    bool own_id = statement->id_count == 1 && str_equal(statement->ids[0], statement->advisory);
    unsigned first =
        (unsigned)statement->status | (unsigned)statement->severity << STATEMENT_SEVERITY_SHIFT |
        (own_id ? STATEMENT_OWN_ID : 0u) | (statement->reason.len ? STATEMENT_HAS_REASON : 0u);
    unsigned second = (statement->unimportant ? STATEMENT_UNIMPORTANT : 0u) |
                      (statement->modular ? STATEMENT_MODULAR : 0u) |
                      (statement->module.len ? STATEMENT_HAS_MODULE : 0u) |
                      (statement->version_count ? STATEMENT_HAS_VERSIONS : 0u) |
                      (has_after(statement) ? STATEMENT_HAS_AFTER : 0u);
    struct buf *out = &builder->scratch;
    out->len = 0;
    buf_putc(out, (char)first);
    buf_putc(out, (char)second);
    format_put_number(out, unit);
    put_text(builder, statement->advisory);
    if (!own_id)
        put_list(builder, statement->ids, statement->id_count);
    if (statement->reason.len)
        put_text(builder, statement->reason);
    if (statement->module.len)
        put_text(builder, statement->module);
    format_put_number(out, statement->range_count);
    for (size_t i = 0; i < statement->range_count; i++) {
        put_text(builder, introduced_text(statement->ranges[i].introduced));
        put_text(builder, statement->ranges[i].fixed);
        put_text(builder, statement->ranges[i].last_affected);
        if (second & STATEMENT_HAS_AFTER)
            buf_putc(out, statement->ranges[i].after ? 1 : 0);
    }
    if (statement->version_count)
        put_list(builder, statement->versions, statement->version_count);
}

int builder_statement(struct builder *builder, uint32_t unit, struct str name_space,
                      struct str package, const struct vulndb_statement *statement,
                      struct pl_err *err)
{
    char key[KEY_MAX];
    size_t key_len;
    int r = check_list(statement->id_count, LIMIT_ADVISORY_IDS, "LIMIT_ADVISORY_IDS", err);
    if (r == 0)
        r = check_list(statement->version_count, LIST_MAX, "LIST_MAX", err);
    if (r == 0)
        r = check_list(statement->range_count, LIST_MAX, "LIST_MAX", err);
    if (r < 0)
        return r;
    if (!format_package_key(name_space, package, key, &key_len))
        return err_limit(err, "KEY_MAX", "the package name \"%.*s\" is empty or too long",
                         STR_ARG(str_first(package, 80)));
    encode_statement(builder, unit, statement);
    find_namespace(builder, unit, name_space);
    return add_record(&builder->packages, str_make(key, key_len), unit,
                      builder_text(builder, statement->advisory), buf_str(&builder->scratch), err);
}

static unsigned facet_flags(const struct builder *builder, const struct vulndb_facet *facet)
{
    unsigned flags = 0;
    flags |= facet->advisory.len ? FACET_ADVISORY : 0u;
    flags |= facet->title.len && !builder->facts_only ? FACET_TITLE : 0u;
    flags |= facet->published.len ? FACET_PUBLISHED : 0u;
    flags |= facet->modified.len ? FACET_MODIFIED : 0u;
    flags |= facet->cvss_count ? FACET_CVSS : 0u;
    flags |= facet->alias_count ? FACET_ALIASES : 0u;
    flags |= facet->cwe_count ? FACET_CWES : 0u;
    flags |= facet->severity != SEVERITY_UNKNOWN ? FACET_SEVERITY : 0u;
    flags |= facet->kev_added.len ? FACET_KEV : 0u;
    flags |= facet->kev_ransomware ? FACET_RANSOMWARE : 0u;
    flags |= facet->withdrawn ? FACET_WITHDRAWN : 0u;
    return flags;
}

static void encode_facet(struct builder *builder, uint32_t unit, const struct vulndb_facet *facet)
{
    unsigned flags = facet_flags(builder, facet);
    struct buf *out = &builder->scratch;
    out->len = 0;
    format_put_number(out, unit);
    format_put_number(out, flags);
    if (flags & FACET_ADVISORY)
        put_text(builder, facet->advisory);
    if (flags & FACET_TITLE)
        put_text(builder, facet->title);
    if (flags & FACET_PUBLISHED)
        put_text(builder, facet->published);
    if (flags & FACET_MODIFIED)
        put_text(builder, facet->modified);
    if (flags & FACET_CVSS)
        format_put_number(out, facet->cvss_count);
    for (size_t i = 0; i < facet->cvss_count; i++) {
        buf_putc(out, (char)facet->cvss[i].version);
        buf_putc(out, (char)lround(facet->cvss[i].score * 10));
        put_text(builder, facet->cvss[i].vector);
        put_text(builder, facet->cvss[i].source);
    }
    if (flags & FACET_ALIASES)
        put_list(builder, facet->aliases, facet->alias_count);
    if (flags & FACET_CWES)
        put_list(builder, facet->cwes, facet->cwe_count);
    if (flags & FACET_SEVERITY)
        buf_putc(out, (char)facet->severity);
    if (flags & FACET_KEV)
        put_text(builder, facet->kev_added);
}

int builder_facet(struct builder *builder, uint32_t unit, struct str id,
                  const struct vulndb_facet *facet, struct pl_err *err)
{
    int r = check_list(facet->alias_count, LIMIT_ADVISORY_IDS, "LIMIT_ADVISORY_IDS", err);
    if (r == 0)
        r = check_list(facet->cwe_count, LIMIT_ADVISORY_IDS, "LIMIT_ADVISORY_IDS", err);
    if (r < 0)
        return r;
    if (!format_vulnerability_key(id, &builder->key))
        return err_limit(err, "KEY_MAX", "the id \"%.*s\" is empty or too long",
                         STR_ARG(str_first(id, 80)));
    encode_facet(builder, unit, facet);
    struct str advisory = facet->advisory.len ? facet->advisory : id;
    return add_record(&builder->vulnerabilities, buf_str(&builder->key), unit,
                      builder_text(builder, advisory), buf_str(&builder->scratch), err);
}

static void put_big_endian(struct buf *buf, uint64_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        buf_putc(buf, (char)(value >> shift));
}

bool builder_epss(struct builder *builder, struct str cve, double score, double percentile)
{
    uint16_t year;
    uint32_t number;
    if (!format_parse_cve(cve, &year, &number) || !(score >= 0 && score <= 1) ||
        !(percentile >= 0 && percentile <= 1))
        return false;
    put_big_endian(&builder->epss, year, 2);
    put_big_endian(&builder->epss, number, 4);
    put_big_endian(&builder->epss, (uint64_t)llround(score * EPSS_UNIT), 4);
    put_big_endian(&builder->epss, (uint64_t)llround(percentile * EPSS_UNIT), 4);
    return true;
}
