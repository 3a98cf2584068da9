#include "base/limits.h"
#include "catalog_test.h"

static struct test_input input_of(struct str bytes, size_t chunk)
{
    struct test_input input = {.bytes = bytes, .chunk = chunk};
    input.input.next = test_input_next;
    return input;
}

static void same_lines_in_chunks_of_any_size(void)
{
    static const char *const want[] = {"one", "", "three is longer", "\r", "last"};
    struct str text = STR("one\n\nthree is longer\n\r\nlast");
    for (size_t chunk = 1; chunk <= text.len + 1; chunk++) {
        struct test_input input = input_of(text, chunk);
        struct line_reader lines;
        struct str line;
        size_t count = 0;
        lines_init(&lines, &input.input);
        while (lines_next(&lines, &line, NULL) > 0) {
            if (count < ARRAY_LEN(want))
                CHECK_STR(line, want[count]);
            count++;
            CHECK_INT(lines.line, count);
            CHECK(!lines.cut);
        }
        CHECK_INT(count, ARRAY_LEN(want));
        lines_free(&lines);
    }
}

static void whole_input_is_not_copied(void)
{
    struct str text = STR("a\nb\n");
    struct input input = {.whole = text};
    struct line_reader lines;
    struct str line;
    lines_init(&lines, &input);
    CHECK_INT(lines_next(&lines, &line, NULL), 1);
    CHECK(line.data == text.data);
    CHECK_INT(lines_next(&lines, &line, NULL), 1);
    CHECK_STR(line, "b");
    CHECK_INT(lines_next(&lines, &line, NULL), 0);
    CHECK_INT(lines_next(&lines, &line, NULL), 0);
    lines_free(&lines);
}

static void long_line_is_cut_at_the_limit(void)
{
    size_t len = (size_t)LIMIT_LINE + 5;
    AUTO_FREE char *text = mem_alloc(len + 4);
    memset(text, 'x', len);
    memcpy(text + len, "\nend", 4);
    static const size_t chunks[] = {7, 4096, SIZE_MAX};
    for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
        struct test_input input = input_of(str_make(text, len + 4), chunks[i]);
        struct line_reader lines;
        struct str line;
        lines_init(&lines, &input.input);
        CHECK_INT(lines_next(&lines, &line, NULL), 1);
        CHECK_INT(line.len, LIMIT_LINE);
        CHECK(lines.cut);
        CHECK_INT(lines_next(&lines, &line, NULL), 1);
        CHECK_STR(line, "end");
        CHECK(!lines.cut);
        CHECK_INT(lines_next(&lines, &line, NULL), 0);
        CHECK(lines.joined_capacity <= LIMIT_LINE);
        lines_free(&lines);
    }
}

static void line_of_the_limit_is_whole(void)
{
    size_t len = (size_t)LIMIT_LINE;
    AUTO_FREE char *text = mem_alloc(len);
    memset(text, 'x', len);
    struct test_input input = input_of(str_make(text, len), 1000);
    struct line_reader lines;
    struct str line;
    lines_init(&lines, &input.input);
    CHECK_INT(lines_next(&lines, &line, NULL), 1);
    CHECK_INT(line.len, LIMIT_LINE);
    CHECK(!lines.cut);
    lines_free(&lines);
}

static int fail_next(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    (void)input, (void)ret_chunk;
    return err_set(err, PL_E_IO, "no bytes");
}

static void error_of_the_input_is_handed_up(void)
{
    struct input input = {.next = fail_next};
    struct line_reader lines;
    struct str line;
    struct pl_err err;
    lines_init(&lines, &input);
    CHECK_INT(lines_next(&lines, &line, &err), -PL_E_IO);
    CHECK_STR(str_of(err.message), "no bytes");
    lines_free(&lines);
}

static void sink_counts_packages_and_problems(void)
{
    static const struct cataloger cataloger = {.name = "test"};
    struct catalog_run run;
    uint64_t budget = 2;
    struct pl_err problem;
    run_start(&run, &cataloger, "some/file");
    run.sink.package_budget = &budget;
    struct package package = {.name = STR("a"), .version = STR("1"), .source_name = STR("a")};
    for (int i = 0; i < 4; i++)
        catalog_add_package(&run.sink, &package);
    CHECK_INT(run.sink.packages.count, 2);
    CHECK_STR(run.sink.packages.items[1]->paths[0], "some/file");
    CHECK_STR(str_of(run.sink.packages.items[1]->cataloger), "test");
    CHECK_INT(run.sink.problems.count, 1);
    CHECK_STR(str_of(run.sink.problems.items[0].limit), "LIMIT_PACKAGES");
    CHECK_STR(run.sink.problems.items[0].where, "some/file");
    package.version = STR_NONE;
    catalog_add_package(&run.sink, &package);
    CHECK_STR(run_problem(&run, 1), "package \"a\" has no version");
    err_set(&problem, PL_E_FORMAT, "x");
    for (unsigned i = 0; i < LIMIT_DIAGNOSTICS; i++)
        catalog_add_problem(&run.sink, &problem);
    CHECK_INT(run.sink.problems.count, LIMIT_DIAGNOSTICS);
    CHECK_INT(run.sink.problems_left_out, 2);
    run_free(&run);
}

/* Ten thousand packages whose names take more than the sink may keep. */
static void sink_keeps_a_bounded_number_of_bytes(void)
{
    size_t len = (size_t)LIMIT_FIELD;
    AUTO_FREE char *text = mem_alloc(len);
    struct catalog_run run;
    memset(text, 'n', len);
    run_start(&run, NULL, "f");
    struct package package = {.name = str_make(text, len), .version = STR("1")};
    for (int i = 0; i < 10000; i++)
        catalog_add_package(&run.sink, &package);
    CHECK(run.arena.total <= LIMIT_RECORD_BYTES + 2 * MIB);
    CHECK(run.sink.packages.count > 1000);
    CHECK_INT(run.sink.problems.count, 1);
    CHECK_STR(str_of(run.sink.problems.items[0].limit), "LIMIT_RECORD_BYTES");
    run_free(&run);
    uint64_t budget = 100000;
    run_start(&run, NULL, "f");
    run.sink.byte_budget = &budget;
    catalog_add_package(&run.sink, &package);
    catalog_add_package(&run.sink, &package);
    CHECK_INT(run.sink.packages.count, 1);
    CHECK_STR(str_of(run.sink.problems.items[0].limit), "LIMIT_RECORD_BYTES");
    run_free(&run);
}

static void sink_refuses_long_fields(void)
{
    size_t len = (size_t)LIMIT_FIELD + 1;
    AUTO_FREE char *text = mem_alloc(len);
    struct catalog_run run;
    memset(text, '1', len);
    run_start(&run, NULL, "f");
    struct package package = {.name = STR("a"), .version = str_make(text, len)};
    catalog_add_package(&run.sink, &package);
    CHECK_INT(run.sink.packages.count, 0);
    CHECK_STR(str_of(run.sink.problems.items[0].limit), "LIMIT_FIELD");
    run_free(&run);
}

int main(void)
{
    RUN(same_lines_in_chunks_of_any_size);
    RUN(whole_input_is_not_copied);
    RUN(long_line_is_cut_at_the_limit);
    RUN(line_of_the_limit_is_whole);
    RUN(error_of_the_input_is_handed_up);
    RUN(sink_counts_packages_and_problems);
    RUN(sink_keeps_a_bounded_number_of_bytes);
    RUN(sink_refuses_long_fields);
    return test_end();
}
