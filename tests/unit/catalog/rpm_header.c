#include "catalog/rpm_header.h"
#include "catalog/rpm.h"
#include "rpm_build.h"

static bool details_wanted;

/* In pieces of `piece` bytes, each of its own memory. */
static struct catalog_run run_header(struct str bytes, size_t piece)
{
    struct catalog_run run;
    struct rpm_blob blob = {0};
    run_start(&run, &cataloger_rpm, "f");
    run.sink.details = details_wanted;
    for (size_t at = 0; at < bytes.len; at += piece)
        rpm_blob_add(&blob, arena_str(&run.arena, str_first(str_from(bytes, at), piece)));
    rpm_header_add(&run.sink, &blob, 7);
    rpm_blob_free(&blob);
    return run;
}

static void tags(void)
{
    static const struct {
        struct header_tags tags;
        const char *package, *problem;
    } cases[] = {
        {{"bash", "5", "1", "x86_64", "bash-5-1.src.rpm", NULL, -1, 0},
         "bash 5-1 x86_64 bash 5-1",
         NULL},
        {{"a", "1", "2", "noarch", "a-b-c-3-4.src.rpm", NULL, 0, 10},
         "a 0:1-2 noarch a-b-c 3-4",
         NULL},
        {{"a", "1", "2", NULL, NULL, NULL, 12, 10}, "a 12:1-2   ", NULL},
        {{"a", "1", "2", NULL, "nonsense", NULL, -1, 0}, "a 1-2   ", NULL},
        {{"a", "1", "2", NULL, "-1-2.src.rpm", NULL, -1, 0}, "a 1-2   ", NULL},
        {{"gpg-pubkey", "abc", "def", NULL, NULL, NULL, -1, 0}, NULL, NULL},
        {{NULL, "1", "2", NULL, NULL, NULL, -1, 0}, NULL, "record 7: tag NAME is not there"},
        {{"a", NULL, "2", NULL, NULL, NULL, -1, 0}, NULL, "record 7: tag VERSION is not there"},
        {{"a", "1", NULL, NULL, NULL, NULL, -1, 0}, NULL, "record 7: tag RELEASE is not there"},
    };
    static const size_t pieces[] = {1, 13, 100000};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
            AUTO_BUF bytes = {0};
            put_header(&bytes, &cases[i].tags);
            struct catalog_run run = run_header(buf_str(&bytes), pieces[k]);
            CHECK_INT(run.sink.packages.count, cases[i].package != NULL);
            if (cases[i].package)
                CHECK_STR(run_package(&run, 0), cases[i].package);
            CHECK_INT(run.sink.problems.count, cases[i].problem != NULL);
            if (cases[i].problem)
                CHECK_STR(run_problem(&run, 0), cases[i].problem);
            run_free(&run);
        }
}

static void put_list(struct buf *index, struct buf *store, uint32_t tag, uint32_t count,
                     struct str strings)
{
    put_be32(index, tag);
    put_be32(index, 8);
    put_be32(index, (uint32_t)store->len);
    put_be32(index, count);
    buf_add(store, strings);
}

static void check_list(const struct str *list, size_t count, const char *const *want, size_t wanted)
{
    CHECK_INT(count, wanted);
    for (size_t i = 0; i < count && i < wanted; i++)
        CHECK_STR(list[i], want[i]);
}

/* Counts that promise more than there is; the last list has no end. */
static void needs_and_provides(void)
{
    static const char *const needs[] = {"/bin/sh", "libc.so.6()(64bit)"};
    static const char *const provides[] = {"a", "webserver"};
    static const size_t pieces[] = {1, 13, 100000};
    for (size_t i = 0; i < 2 * ARRAY_LEN(pieces); i++) {
        AUTO_BUF bytes = {0}, index = {0}, store = {0};
        put_text(&index, &store, 1000, "a");
        put_text(&index, &store, 1001, "1");
        put_text(&index, &store, 1002, "2");
        put_list(&index, &store, 1049, 5,
                 STR("/bin/sh\0rpmlib(X)\0config(a)\0(b if c)\0libc.so.6()(64bit)\0"));
        put_list(&index, &store, 1047, 0xffffffff, STR("a\0webserver\0unended"));
        put_be32(&bytes, (uint32_t)(index.len / 16));
        put_be32(&bytes, (uint32_t)store.len);
        buf_add(&bytes, buf_str(&index));
        buf_add(&bytes, buf_str(&store));
        details_wanted = i % 2;
        struct catalog_run run = run_header(buf_str(&bytes), pieces[i / 2]);
        details_wanted = false;
        CHECK_INT(run.sink.problems.count, 0);
        CHECK_INT(run.sink.packages.count, 1);
        if (run.sink.packages.count) {
            const struct package *package = run.sink.packages.items[0];
            CHECK_STR(package->name, "a");
            check_list(package->needs, package->need_count, needs, i % 2 ? 2 : 0);
            check_list(package->provides, package->provide_count, provides, i % 2 ? 2 : 0);
        }
        run_free(&run);
    }
}

/* The index entry of NAME is the second one: 8 + 16 bytes in. */
static void damaged_index(void)
{
    static const struct {
        size_t at;
        uint32_t value;
        const char *problem;
    } cases[] = {
        {0, 0,
         "record 7: a header of 0 index entries and 106 bytes does not fit into its 290 bytes"},
        {0, 0xffffffff,
         "record 7: a header of 4294967295 index entries and 106 bytes does not fit into its 290 "
         "bytes"},
        {4, 0xfffffff0,
         "record 7: a header of 11 index entries and 4294967280 bytes does not fit into its 290 "
         "bytes"},
        {8 + 16 + 4, 4, "record 7: tag NAME is not a string"},
        {8 + 16 + 8, 106, "record 7: the value of tag NAME is outside of the header's store"},
        {8 + 16 + 8, 0xfffffff0,
         "record 7: the value of tag NAME is outside of the header's store"},
        {8 + 16 + 12, 0, "record 7: the value of tag NAME is outside of the header's store"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF bytes = {0};
        struct header_tags some = tags_bash;
        some.module = "m:s";
        put_header(&bytes, &some);
        set_be32(bytes.data + cases[i].at, cases[i].value);
        struct catalog_run run = run_header(buf_str(&bytes), 1000);
        CHECK_INT(run.sink.packages.count, 0);
        CHECK(run.sink.problems.count >= 1);
        const char *got = run.sink.problems.count ? run.sink.problems.items[0].message.data : "";
        if (i > 2)
            CHECK_STR(str_of(got), cases[i].problem);
        else
            CHECK(strstr(got, "does not fit into its") != NULL);
        run_free(&run);
    }
}

static void endless_string_and_wrong_epoch(void)
{
    AUTO_BUF bytes = {0};
    struct header_tags some = tags_bash;
    some.epoch = 1;
    some.source = NULL;
    put_header(&bytes, &some);
    size_t epoch_entry = 8 + 4 * 16;
    CHECK_INT(get_be32(bytes.data + epoch_entry), 1003);
    set_be32(bytes.data + epoch_entry + 4, 6);
    struct catalog_run run = run_header(buf_str(&bytes), 1000);
    CHECK_STR(run_problem(&run, 0), "record 7: tag EPOCH is not a number of 32 bits");
    CHECK_INT(run.sink.packages.count, 1);
    run_free(&run);
    /* The store's last string loses its end. */
    bytes.len = 0;
    some = (struct header_tags){
        .name = "a", .version = "1", .release = "1", .epoch = -1, .source = "x"};
    put_header(&bytes, &some);
    bytes.data[bytes.len - 1] = 'x';
    run = run_header(buf_str(&bytes), 1000);
    CHECK_STR(run_problem(&run, 0),
              "record 7: the string of tag SOURCERPM does not end where it must");
    CHECK_INT(run.sink.packages.count, 1);
    run_free(&run);
}

static void kinds(void)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *error;
    } cases[] = {
        {"", 0, "the rpm database is empty"},
        {"hello", 5, "this is no rpm database: it begins like none of SQLite, ndb and Berkeley DB"},
        {"0123456789ab\x62\x31\x05\x00", 16,
         "this is a Berkeley DB of the kind btree; rpm keeps its packages in a hash"},
        {"SQLite format 3", 16, "the SQLite file ends inside of its header"},
        {"RpmP", 4, "the ndb file ends inside of its head"},
        {"0123456789ab\x00\x06\x15\x61", 16, "the Berkeley DB file ends inside of its first page"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct catalog_run run = run_rpm(str_make(cases[i].bytes, cases[i].len), STR_NONE);
        CHECK(run.result < 0);
        CHECK_STR(str_of(run.err.message), cases[i].error);
        run_free(&run);
    }
    CHECK(rpm_path_rank(STR("var/lib/rpm/rpmdb.sqlite")) >
          rpm_path_rank(STR("var/lib/rpm/Packages.db")));
    CHECK(rpm_path_rank(STR("Packages.db")) > rpm_path_rank(STR("usr/share/rpm/Packages")));
    CHECK_INT(rpm_path_rank(STR("var/lib/rpm/Name")), 0);
}

int main(void)
{
    RUN(tags);
    RUN(needs_and_provides);
    RUN(damaged_index);
    RUN(endless_string_and_wrong_epoch);
    RUN(kinds);
    return test_end();
}
