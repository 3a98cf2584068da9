/* The form in which a database travels: there and back, and what is no such form. */
#include "vulndb/transport.h"

#include "io/patch.h"
#include "scratch.h"
#include "vulndb/builder.h"

static void fill(struct builder *builder, unsigned from, unsigned to)
{
    uint32_t unit = builder_unit(builder, FEED_OSV, STR("osv"), STR("npm"));
    char name[32], id[32], fixed[32];
    builder_replace(builder, unit);
    for (unsigned i = from; i < to; i++) {
        snprintf(name, sizeof(name), "package-%u", i * 7 % 1000);
        snprintf(id, sizeof(id), "CVE-2024-%u", 1000 + i);
        snprintf(fixed, sizeof(fixed), "%u.%u", i * 31 % 97, i);
        struct str ids[] = {str_of(id)};
        struct advisory_range ranges[] = {{STR("0"), str_of(fixed), STR(""), false}};
        struct vulndb_statement statement = {
            .advisory = ids[0], .ids = ids, .id_count = 1, .ranges = ranges, .range_count = 1};
        CHECK_INT(builder_statement(builder, unit, STR("npm"), str_of(name), &statement, NULL), 0);
        CHECK(builder_epss(builder, ids[0], i % 100 / 1e2, i % 7 / 1e5));
    }
}

static struct vulndb *make(const char *name, const struct vulndb *old, unsigned from, unsigned to)
{
    struct builder *builder = builder_new();
    struct builder_totals totals;
    struct vulndb *db = NULL;
    if (old)
        builder_follow(builder, old);
    fill(builder, from, to);
    CHECK_INT(builder_write(builder, scratch_file(name), STR("2026-01-01T00:00:00Z"), NULL, &totals,
                            NULL),
              0);
    builder_free(builder);
    CHECK_INT(vulndb_open_file(scratch_file(name), &db, NULL), 0);
    return db;
}

static int gather(void *context, struct str bytes, struct pl_err *err)
{
    (void)err;
    buf_add(context, bytes);
    return 0;
}

static void form_of(const struct vulndb *db, struct buf *form, char digest[DIGEST_TEXT])
{
    uint64_t size;
    form->len = 0;
    CHECK_INT(transport_write(db, (struct transport_sink){gather, form}, &size, digest, NULL), 0);
    CHECK_INT(size, form->len);
}

static void there_and_back(void)
{
    AUTO_BUF form = {0}, again = {0};
    char first[DIGEST_TEXT], second[DIGEST_TEXT];
    struct vulndb *db = make("a.db", NULL, 0, 3000), *copy = NULL;
    form_of(db, &form, first);
    CHECK_INT(transport_read(buf_str(&form), scratch_file("copy.db"), NULL), 0);
    CHECK_INT(vulndb_open_file(scratch_file("copy.db"), &copy, NULL), 0);
    CHECK_INT(vulndb_verify(copy, NULL), 0);
    form_of(copy, &again, second);
    CHECK_STR(str_of(second), first);
    struct vulndb_vulnerability known;
    CHECK(vulndb_vulnerability(copy, STR("CVE-2024-1099"), &known));
    CHECK(known.has_epss && known.epss_score > 0.9899 && known.epss_score < 0.9901);
    CHECK(str_equal(vulndb_hash(db), vulndb_hash(copy)));
    vulndb_close(db);
    vulndb_close(copy);
}

/* What stays has its place, so the patch is small; it is small without following only by luck. */
static void a_follower_is_near(void)
{
    AUTO_BUF before = {0}, after = {0}, apart = {0};
    AUTO_MAPPED patch = MAPPED_NONE, far = MAPPED_NONE, back = MAPPED_NONE;
    char digest[DIGEST_TEXT];
    struct vulndb *old = make("old.db", NULL, 0, 3000);
    struct vulndb *next = make("next.db", old, 20, 3020), *alone = make("alone.db", NULL, 20, 3020);
    form_of(old, &before, digest);
    form_of(next, &after, digest);
    form_of(alone, &apart, digest);
    CHECK_INT(patch_make(buf_str(&before), buf_str(&after), &patch, NULL), 0);
    CHECK_INT(patch_make(buf_str(&before), buf_str(&apart), &far, NULL), 0);
    CHECK(patch.size * 4 < far.size);
    CHECK_INT(patch_apply(buf_str(&before), mapped_str(&patch), after.len, &back, NULL), 0);
    CHECK(str_equal(mapped_str(&back), buf_str(&after)));
    vulndb_close(old);
    vulndb_close(next);
    vulndb_close(alone);
}

/* Each round replaces all: what nothing refers to does not pile up. */
static void texts_that_nobody_wants_go(void)
{
    struct vulndb *db = make("0.db", NULL, 0, 1000);
    uint64_t least = vulndb_info(db)->bytes;
    for (unsigned round = 1; round < 12; round++) {
        struct vulndb *next =
            make(round % 2 ? "1.db" : "0.db", db, round * 1000, round * 1000 + 1000);
        vulndb_close(db);
        db = next;
        CHECK(vulndb_info(db)->bytes < least * 3);
    }
    vulndb_close(db);
}

static void damaged_forms(void)
{
    AUTO_BUF form = {0};
    char digest[DIGEST_TEXT];
    struct vulndb *db = make("b.db", NULL, 0, 50);
    form_of(db, &form, digest);
    vulndb_close(db);
    CHECK(transport_read(STR("x"), scratch_file("x.db"), NULL) < 0);
    /* Cut anywhere it is refused, or is no whole database; turned bits are found by its hash. */
    for (size_t i = 18; i < form.len; i++) {
        struct vulndb *bad = NULL;
        unlink(scratch_file("x.db"));
        bool cut = i % 2;
        form.data[i] ^= cut ? 0 : 0x41;
        int r = transport_read(cut ? str_first(buf_str(&form), i) : buf_str(&form),
                               scratch_file("x.db"), NULL);
        form.data[i] ^= cut ? 0 : 0x41;
        if (r == 0 && vulndb_open_file(scratch_file("x.db"), &bad, NULL) == 0 && i + 40 < form.len)
            CHECK(vulndb_verify(bad, NULL) < 0);
        vulndb_close(bad);
    }
}

int main(void)
{
    scratch_make();
    RUN(there_and_back);
    RUN(a_follower_is_near);
    RUN(texts_that_nobody_wants_go);
    RUN(damaged_forms);
    scratch_remove();
    return test_end();
}
