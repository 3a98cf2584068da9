/* Writing the database: sorted, in one transaction, into a file that replaces the old one whole. */
#include <lmdb.h>
#include <unistd.h>

#include "base/hash.h"
#include "io/tempfile.h"
#include "vulndb/builder_internal.h"

struct writer {
    struct builder *builder;
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    struct sha256 sha;
    const struct progress *progress;
    uint64_t done, total; /* keys */
    uint64_t statements;
    struct pl_err *err;
};

static int lmdb_error(struct writer *writer, int code)
{
    return err_set(writer->err, PL_E_IO, "the advisory database can't be written: %s",
                   mdb_strerror(code));
}

static void hash_length(struct sha256 *sha, size_t len)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)len >> (8 * i));
    sha256_add(sha, bytes, sizeof(bytes));
}

void vulndb_hash_entry(struct sha256 *sha, struct str key, struct str value)
{
    hash_length(sha, key.len);
    sha256_add(sha, key.data, key.len);
    hash_length(sha, value.len);
    sha256_add(sha, value.data, value.len);
}

/* Keys come in their order: LMDB appends, and fills its pages. */
static int put_unhashed(struct writer *writer, struct str key, struct str value)
{
    MDB_val lmdb_key = {key.len, (void *)(uintptr_t)key.data};
    MDB_val lmdb_value = {value.len, (void *)(uintptr_t)value.data};
    int r = mdb_put(writer->txn, writer->dbi, &lmdb_key, &lmdb_value, MDB_APPEND);
    return r ? lmdb_error(writer, r) : 0;
}

static int put(struct writer *writer, struct str key, struct str value)
{
    vulndb_hash_entry(&writer->sha, key, value);
    return put_unhashed(writer, key, value);
}

static int compare_epss(const void *a, const void *b)
{
    return memcmp(a, b, EPSS_ENTRY);
}

/* Sorted; of two entries of one id the greater stays. */
static int put_epss(struct writer *writer)
{
    struct buf *epss = &writer->builder->epss;
    size_t count = epss->len / EPSS_ENTRY, kept = 0;
    if (count)
        qsort(epss->data, count, EPSS_ENTRY, compare_epss);
    for (size_t i = 0; i < count; i++) {
        char *entry = epss->data + i * EPSS_ENTRY;
        if (kept && memcmp(epss->data + (kept - 1) * EPSS_ENTRY, entry, EPSS_KEY) == 0)
            kept--;
        memmove(epss->data + kept++ * EPSS_ENTRY, entry, EPSS_ENTRY);
    }
    epss->len = kept * EPSS_ENTRY;
    return put(writer, STR(KEY_EPSS), buf_str(epss));
}

static int compare_keys(const void *a, const void *b, void *context)
{
    uint32_t left, right;
    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return str_compare(intern_text(context, left), intern_text(context, right));
}

/* The table's keys (the interned empty text at 0 is none) in the order of their bytes. */
static uint32_t *sorted_keys(const struct build_table *table, size_t *ret_count)
{
    size_t count = table->keys.count - 1;
    uint32_t *keys = mem_alloc(count * sizeof(*keys));
    for (size_t i = 0; i < count; i++)
        keys[i] = (uint32_t)i + 1;
    if (count)
        qsort_r(keys, count, sizeof(*keys), compare_keys, (void *)(uintptr_t)&table->keys);
    *ret_count = count;
    return keys;
}

struct piece {
    struct str bytes;
    uint32_t unit;
    uint32_t record; /* its number: the order of arrival */
};
typedef VEC(struct piece) pieces;

static int compare_arrival(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    return (left->record > right->record) - (left->record < right->record);
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    int order = str_compare(left->bytes, right->bytes);
    return order ? order : compare_arrival(a, b);
}

/* The records of a key in the order of their arrival, each once. */
static void gather(const struct build_table *table, uint32_t key, pieces *out)
{
    out->count = 0;
    uint32_t index = key < table->heads.count ? table->heads.items[key] : 0;
    while (index) {
        const struct build_record *record = &table->records.items[index - 1];
        *VEC_ADD(out) = (struct piece){str_make(table->bytes.data + record->offset, record->len),
                                       record->unit, index};
        index = record->next;
    }
    if (out->count > 1)
        qsort(out->items, out->count, sizeof(out->items[0]), compare_pieces);
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++)
        if (!kept || !str_equal(out->items[kept - 1].bytes, out->items[i].bytes))
            out->items[kept++] = out->items[i];
    out->count = kept;
    if (kept > 1)
        qsort(out->items, kept, sizeof(out->items[0]), compare_arrival);
}

static void count_statements(struct writer *writer, struct str key, const pieces *statements)
{
    struct str rest = str_from(key, 1), name_space;
    str_cut(&rest, '\0', &name_space);
    uint32_t text = builder_text(writer->builder, name_space);
    for (size_t i = 0; i < statements->count; i++)
        for (size_t j = 0; j < writer->builder->namespaces.count; j++) {
            struct build_namespace *entry = &writer->builder->namespaces.items[j];
            if (entry->name == text && entry->unit == statements->items[i].unit)
                entry->statements++;
        }
    writer->statements += statements->count;
}

static int put_table(struct writer *writer, const struct build_table *table, bool packages)
{
    size_t count;
    AUTO_FREE uint32_t *keys = sorted_keys(table, &count);
    AUTO_BUF value = {0};
    pieces records = {0};
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++) {
        struct str key = intern_text(&table->keys, keys[i]);
        gather(table, keys[i], &records);
        value.len = 0;
        for (size_t j = 0; j < records.count; j++)
            buf_add(&value, records.items[j].bytes);
        if (packages)
            count_statements(writer, key, &records);
        r = put(writer, key, buf_str(&value));
        if (++writer->done % 4096 == 0)
            progress_tell(writer->progress, "writing the database", writer->done, writer->total,
                          NULL);
    }
    VEC_FREE(&records);
    return r;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left, right;
    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return (left > right) - (left < right);
}

/* How many advisories of each unit have a record. */
static uint64_t count_advisories(struct builder *builder)
{
    const struct build_table *tables[] = {&builder->packages, &builder->vulnerabilities};
    VEC(uint64_t) pairs = {0};
    uint64_t total = 0;
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < tables[t]->records.count; i++) {
            const struct build_record *record = &tables[t]->records.items[i];
            uint64_t pair = (uint64_t)record->unit << 32 | record->advisory;
            if (!pairs.count || pairs.items[pairs.count - 1] != pair)
                *VEC_ADD(&pairs) = pair;
        }
    if (pairs.count)
        qsort(pairs.items, pairs.count, sizeof(pairs.items[0]), compare_numbers);
    for (size_t i = 0; i < pairs.count; i++)
        if (i == 0 || pairs.items[i] != pairs.items[i - 1]) {
            struct build_unit *unit = &builder->units.items[pairs.items[i] >> 32];
            unit->advisories++;
            total += unit->feed != FEED_JARS;
        }
    VEC_FREE(&pairs);
    return total;
}

static void put_text(struct builder *builder, struct buf *out, struct str text)
{
    format_put_number(out, intern_offset(&builder->strings, text));
}

static void encode_units(struct builder *builder, struct buf *out)
{
    for (size_t i = 0; i < builder->units.count; i++) {
        const struct build_unit *unit = &builder->units.items[i];
        uint64_t advisories = unit->advisories;
        if (unit->feed == FEED_EPSS)
            advisories = builder->epss.len / EPSS_ENTRY;
        buf_putc(out, (char)unit->feed);
        put_text(builder, out, unit->name);
        put_text(builder, out, unit->unit);
        put_text(builder, out, unit->updated);
        format_put_number(out, advisories);
    }
}

static int compare_namespaces(const void *a, const void *b, void *context)
{
    const struct build_namespace *left = a, *right = b;
    int order = str_compare(intern_text(context, left->name), intern_text(context, right->name));
    return order ? order : (left->unit > right->unit) - (left->unit < right->unit);
}

static void encode_namespaces(struct builder *builder, struct buf *out)
{
    if (builder->namespaces.count)
        qsort_r(builder->namespaces.items, builder->namespaces.count,
                sizeof(builder->namespaces.items[0]), compare_namespaces, &builder->strings);
    for (size_t i = 0; i < builder->namespaces.count; i++) {
        const struct build_namespace *entry = &builder->namespaces.items[i];
        format_put_number(out, entry->unit);
        format_put_number(out, builder->strings.offsets[entry->name]);
        format_put_number(out, entry->statements);
    }
}

static int put_info(struct writer *writer, struct str built, uint64_t advisories)
{
    AUTO_BUF value = {0};
    unsigned char hash[SHA256_BYTES];
    buf_puts(&value, VULNDB_MAGIC);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(&value, (char)(VULNDB_SCHEMA >> shift));
    sha256_end(&writer->sha, hash);
    buf_add(&value, str_make((const char *)hash, sizeof(hash)));
    format_put_number(&value, built.len);
    buf_add(&value, built);
    format_put_number(&value, advisories);
    format_put_number(&value, intern_unwanted(&writer->builder->strings));
    return put_unhashed(writer, STR(KEY_INFO), buf_str(&value));
}

static int put_all(struct writer *writer, struct str built, struct builder_totals *totals)
{
    struct builder *builder = writer->builder;
    AUTO_BUF units = {0}, namespaces = {0};
    totals->advisories = count_advisories(builder);
    int r = put_epss(writer);
    if (r == 0)
        r = put_table(writer, &builder->packages, true);
    /* Every text must be there before the texts are written. */
    encode_units(builder, &units);
    encode_namespaces(builder, &namespaces);
    if (r == 0 && builder->strings.full)
        r = err_limit(writer->err, "STRINGS", "the texts of the database are more than 4 GiB");
    if (r == 0)
        r = put(writer, STR(KEY_STRINGS), buf_str(&builder->strings.bytes));
    if (r == 0)
        r = put(writer, STR(KEY_UNITS), buf_str(&units));
    if (r == 0)
        r = put_table(writer, &builder->vulnerabilities, false);
    if (r == 0)
        r = put(writer, STR(KEY_NAMESPACES), buf_str(&namespaces));
    if (r == 0)
        r = put_info(writer, built, totals->advisories);
    totals->statements = writer->statements;
    return r;
}

/* Room for all, and for pages that are not full: a value on pages of its own wastes one at most. */
static size_t room_needed(const struct builder *builder)
{
    size_t bytes = builder->strings.bytes.len + builder->epss.len;
    const struct build_table *tables[] = {&builder->packages, &builder->vulnerabilities};
    for (size_t i = 0; i < 2; i++)
        bytes += tables[i]->bytes.len + tables[i]->keys.bytes.len + 24 * tables[i]->keys.count;
    return (bytes * 4 + (64u << 20)) & ~(size_t)65535;
}

static int open_environment(struct writer *writer, const char *path)
{
    int r = mdb_env_create(&writer->env);
    if (r == 0)
        r = mdb_env_set_mapsize(writer->env, room_needed(writer->builder));
    if (r == 0)
        r = mdb_env_open(writer->env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC | MDB_NOTLS,
                         0644);
    if (r == 0)
        r = mdb_txn_begin(writer->env, NULL, 0, &writer->txn);
    if (r == 0)
        r = mdb_dbi_open(writer->txn, NULL, 0, &writer->dbi);
    return r ? lmdb_error(writer, r) : 0;
}

static int write_file(struct writer *writer, const char *path, struct str built,
                      struct builder_totals *totals)
{
    int r = open_environment(writer, path);
    if (r == 0)
        r = put_all(writer, built, totals);
    if (r == 0) {
        int code = mdb_txn_commit(writer->txn);
        writer->txn = NULL;
        if (code)
            r = lmdb_error(writer, code);
    }
    if (writer->txn)
        mdb_txn_abort(writer->txn);
    if (writer->env)
        mdb_env_close(writer->env);
    return r;
}

int builder_write(struct builder *builder, const char *path, struct str built,
                  const struct progress *progress, struct builder_totals *ret_totals,
                  struct pl_err *err)
{
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    struct builder_totals totals = {0};
    struct writer writer = {.builder = builder, .progress = progress, .err = err};
    writer.total = builder->packages.keys.count + builder->vulnerabilities.keys.count - 2;
    sha256_init(&writer.sha);
    int r = tempfile_create(path, &file, err);
    if (r < 0)
        return r;
    r = write_file(&writer, file.path, built, &totals);
    if (r < 0)
        return r;
    off_t end = lseek(file.fd, 0, SEEK_END);
    totals.bytes = end > 0 ? (uint64_t)end : 0;
    r = tempfile_commit(&file, err);
    if (r < 0)
        return r;
    progress_tell(progress, "writing the database", writer.total, writer.total, NULL);
    *ret_totals = totals;
    return 0;
}
