#include "license/expression.h"
#include "test.h"

#include <stdlib.h>

/* What npm's spdx-expression-parse 4.0.0 takes and refuses, where SPDX 2.3 says the same; the
 * canonical text is our own. */
static const struct {
    const char *text, *canonical; /* NULL: refused */
} cases[] = {
    {"MIT", "MIT"},
    {"mit", "MIT"},
    {"apache-2.0", "Apache-2.0"},
    {"Apache-2.0+", "Apache-2.0+"},
    {"MIT OR Apache-2.0", "MIT OR Apache-2.0"},
    {"mit or apache-2.0 and isc", "MIT OR Apache-2.0 AND ISC"},
    {"(MIT OR Apache-2.0) AND ISC", "(MIT OR Apache-2.0) AND ISC"},
    {"MIT AND (ISC AND Zlib)", "MIT AND ISC AND Zlib"},
    {"((MIT))", "MIT"},
    {"MIT OR (ISC OR (Zlib OR 0BSD))", "MIT OR ISC OR Zlib OR 0BSD"},
    {"(MIT AND ISC) OR Zlib", "MIT AND ISC OR Zlib"},
    {"GPL-2.0", "GPL-2.0-only"},
    {"GPL-2.0+", "GPL-2.0-or-later"},
    {"GPL-2.0-only+", "GPL-2.0-or-later"},
    {"LGPL-3.0-or-later", "LGPL-3.0-or-later"},
    {"GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"},
    {"GPL-2.0-only WITH classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"},
    {"Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"},
    {"LicenseRef-own.1", "LicenseRef-own.1"},
    {"DocumentRef-other:LicenseRef-own", "DocumentRef-other:LicenseRef-own"},
    {"(LicenseRef-a OR MIT)", "LicenseRef-a OR MIT"},
    {"  MIT\tAND\nISC ", "MIT AND ISC"},
    {"", NULL},
    {"MIT OR", NULL},
    {"OR MIT", NULL},
    {"MIT Apache-2.0", NULL},
    {"(MIT", NULL},
    {"MIT)", NULL},
    {"()", NULL},
    {"MIT AND AND ISC", NULL},
    {"Nonesuch-1.0", NULL},
    {"MIT WITH Nonesuch-exception", NULL},
    {"MIT WITH", NULL},
    {"GPL-2.0-only WITH Classpath-exception-2.0 WITH GCC-exception-3.1", NULL},
    {"MIT WITH ISC", NULL},
    {"Classpath-exception-2.0", NULL},
    {"LicenseRef-", NULL},
    {"DocumentRef-:LicenseRef-a", NULL},
    {"DocumentRef-a:MIT", NULL},
    {"LicenseRef-a+", NULL},
    {"MIT + ISC", NULL},
    {"MIT/ISC", NULL},
    {"NONE", NULL},
    {"NOASSERTION", NULL},
    {"MIT\xc3\xa9", NULL},
};

static void test_grammar(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct license_expression expression;
        struct pl_err err = {0};
        AUTO_BUF got = {0};
        int r = license_parse(&arena, str_of(cases[i].text), &expression, &err);
        if (r == 0)
            license_print(&got, &expression);
        const char *want = cases[i].canonical ? cases[i].canonical : "";
        if ((r == 0) != (cases[i].canonical != NULL))
            FAIL("\"%s\": %d %s", cases[i].text, r, err.message);
        else if (r == 0 && !str_is(buf_str(&got), want))
            FAIL("\"%s\": \"%.*s\", not \"%s\"", cases[i].text, STR_ARG(buf_str(&got)), want);
        if (r == 0 && !license_is_expression(buf_str(&got)))
            FAIL("\"%s\": what is printed is not canonical", cases[i].text);
    }
    arena_free(&arena);
}

static void test_questions(void)
{
    CHECK(license_is_id(STR("MIT")));
    CHECK(license_is_id(STR("GPL-2.0")));
    CHECK(!license_is_id(STR("mit")));
    CHECK(!license_is_id(STR("MIT OR ISC")));
    CHECK(!license_is_id(STR("LicenseRef-a")));
    CHECK(license_is_expression(STR("MIT OR ISC")));
    CHECK(license_is_expression(STR("LicenseRef-a")));
    CHECK(!license_is_expression(STR("MIT or ISC")));
    CHECK(!license_is_expression(STR("(MIT OR ISC)")));
    CHECK(!license_is_expression(STR("Public Domain")));
}

static void test_bounds(void)
{
    struct arena arena = {0};
    struct license_expression expression;
    struct pl_err err;
    AUTO_BUF text = {0};
    for (int i = 0; i < 40; i++)
        buf_putc(&text, '(');
    buf_puts(&text, "MIT");
    for (int i = 0; i < 40; i++)
        buf_putc(&text, ')');
    CHECK(license_parse(&arena, buf_str(&text), &expression, &err) < 0);
    CHECK_STR(str_of(err.limit), "LIMIT_LICENSE_DEPTH");
    text.len = 0;
    for (int i = 0; i < 5000; i++)
        buf_puts(&text, "MIT OR ");
    buf_puts(&text, "MIT");
    CHECK(license_parse(&arena, buf_str(&text), &expression, &err) < 0);
    CHECK_STR(str_of(err.limit), "LIMIT_LICENSE_TERMS");
    arena_free(&arena);
}

/* The list is sorted as license_find() needs it, and its successors are expressions. */
static void test_list(void)
{
    struct arena arena = {0};
    CHECK(license_entry_count > 700);
    for (size_t i = 0; i < license_entry_count; i++) {
        const struct license_entry *entry = &license_entries[i];
        struct license_expression expression;
        if (license_find(str_of(entry->id)) != entry)
            FAIL("entry %zu is not found", i);
        if (license_parse(&arena, str_of(entry->id), &expression, NULL) < 0)
            FAIL("%s is no expression", entry->id);
        if (entry->successor[0] && !license_is_expression(str_of(entry->successor)))
            FAIL("%s: %s is no expression", entry->id, entry->successor);
    }
    for (size_t i = 0; i < license_name_count; i++)
        if (!license_is_expression(str_of(license_names[i].expression)))
            FAIL("%s: %s is no expression", license_names[i].name, license_names[i].expression);
    arena_free(&arena);
}

int main(void)
{
    RUN(test_grammar);
    RUN(test_questions);
    RUN(test_bounds);
    RUN(test_list);
    return test_end();
}
