/* Paths of archives made into paths of the image. */
#include "base/path.h"
#include "test.h"

static void cleans(void)
{
    static const struct {
        const char *raw, *clean;
        bool escapes;
    } cases[] = {
        {"", "", false},
        {".", "", false},
        {"./", "", false},
        {"/", "", false},
        {"//", "", false},
        {"/.", "", false},
        {"a", "a", false},
        {"a/b", "a/b", false},
        {"./a/b", "a/b", false},
        {"././a", "a", false},
        {"/a/b", "a/b", false},
        {"///a", "a", false},
        {"./"
         "/a",
         "a", false},
        {"//./a", "a", false},
        {"a/", "a", false},
        {"a//", "a", false},
        {"a//b", "a/b", false},
        {"a/./b", "a/b", false},
        {"a/.", "a", false},
        {"a/b/..", "a", false},
        {"a/../b", "b", false},
        {"a/b/../../c", "c", false},
        {"a/..", "", false},
        {"..", "", true},
        {"../a", "a", true},
        {"/../a", "a", true},
        {"a/../../b", "b", true},
        {"a/../../../b/../c", "c", true},
        {".hidden", ".hidden", false},
        {"a/.hidden", "a/.hidden", false},
        {"...", "...", false},
        {"..a", "..a", false},
        {"a..", "a..", false},
        {"a/..b/c", "a/..b/c", false},
        {"a/.wh..wh..opq", "a/.wh..wh..opq", false},
        {" ", " ", false},
        {"a\\..\\b", "a\\..\\b", false},
    };
    AUTO_BUF scratch = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool escapes = !cases[i].escapes;
        struct str clean = path_clean(str_of(cases[i].raw), &scratch, &escapes);
        if (!str_is(clean, cases[i].clean) || escapes != cases[i].escapes)
            FAIL("\"%s\": \"%.*s\", %d", cases[i].raw, STR_ARG(clean), escapes);
        CHECK(clean.data != NULL);
        /* What is clean stays as it is. */
        bool again = true;
        AUTO_BUF other = {0};
        CHECK_STR(path_clean(clean, &other, &again), cases[i].clean);
        CHECK(!again);
    }
}

/* Zero bytes are bytes. */
static void odd_bytes(void)
{
    AUTO_BUF scratch = {0};
    bool escapes;
    struct str clean = path_clean(str_make("a\0/./b", 6), &scratch, &escapes);
    CHECK(str_equal(clean, str_make("a\0/b", 4)));
}

static void is_a_view_where_it_can_be(void)
{
    AUTO_BUF scratch = {0};
    bool escapes;
    struct str raw = STR("./usr/lib/x/");
    struct str clean = path_clean(raw, &scratch, &escapes);
    CHECK(clean.data == raw.data + 2);
    CHECK_STR(clean, "usr/lib/x");
}

static void parts(void)
{
    static const struct {
        const char *path, *dir, *base;
    } cases[] = {
        {"a/b/c", "a/b", "c"},
        {"a/b", "a", "b"},
        {"a", "", "a"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_STR(path_dir(str_of(cases[i].path)), cases[i].dir);
        CHECK_STR(path_base(str_of(cases[i].path)), cases[i].base);
    }
}

int main(void)
{
    RUN(cleans);
    RUN(odd_bytes);
    RUN(is_a_view_where_it_can_be);
    RUN(parts);
    return test_end();
}
