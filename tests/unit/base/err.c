/* Errors: codes, context on the way up, cut at the end without half a character. */
#include <errno.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "test.h"

static void sets(void)
{
    struct pl_err err;
    CHECK_INT(err_set(&err, PL_E_FORMAT, "page %u", 7U), -PL_E_FORMAT);
    CHECK_INT(err.code, PL_E_FORMAT);
    CHECK(err.limit == NULL);
    CHECK_STR(str_of(err.message), "page 7");
    CHECK_STR(str_of(err.local), "page 7");
    CHECK_INT(err_limit(&err, "LIMIT_X", "too many"), -PL_E_LIMIT);
    CHECK_INT(err.code, PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_X");
    CHECK_STR(str_of(err.message), "too many: LIMIT_X"); /* it is named, once */
    CHECK_STR(str_of(err.local), "too many: LIMIT_X");
    err_limit(&err, "LIMIT_X", "more than LIMIT_X (%d)", 5);
    CHECK_STR(str_of(err.message), "more than LIMIT_X (5)");
    CHECK_INT(err_set(&err, PL_E_IO, "again"), -PL_E_IO);
    CHECK(err.limit == NULL);
}

static void needs_no_struct(void)
{
    CHECK_INT(err_set(NULL, PL_E_DIGEST, "x"), -PL_E_DIGEST);
    CHECK_INT(err_limit(NULL, "LIMIT_X", "x"), -PL_E_LIMIT);
    CHECK_INT(err_errno(NULL, EACCES, "x"), -PL_E_IO);
    CHECK_INT(err_errno(NULL, ENOENT, "x"), -PL_E_NOT_FOUND);
    CHECK(err_prefix(NULL, "x") < 0);
}

static void names_the_systems_reason(void)
{
    struct pl_err err;
    CHECK_INT(err_errno(&err, EACCES, "cannot open %s", "a"), -PL_E_IO);
    CHECK_STR(str_of(err.message), "cannot open a: Permission denied");
    CHECK_INT(err_errno(&err, ENOTDIR, "cannot open %s", "a/b"), -PL_E_NOT_FOUND);
    CHECK_INT(err.code, PL_E_NOT_FOUND);
    CHECK_INT(err_errno(&err, 99999, "x"), -PL_E_IO);
    CHECK_STR(str_of(err.message), "x: unknown error");
}

static void gains_context(void)
{
    struct pl_err err;
    err_limit(&err, "LIMIT_X", "the end");
    CHECK_INT(err_prefix(&err, "entry %d", 3), -PL_E_LIMIT);
    CHECK_INT(err_prefix(&err, "layer %s", "a"), -PL_E_LIMIT);
    CHECK_STR(str_of(err.message), "layer a: entry 3: the end: LIMIT_X");
    CHECK_STR(str_of(err.limit), "LIMIT_X");
}

static void speaks_both_languages(void)
{
    struct pl_err err;
    i18n_set(LANG_ZH);
    err_set(&err, PL_E_FORMAT, "page %u", 7U);
    err_prefix(&err, "SQLite file");
    i18n_set(LANG_EN);
    CHECK_STR(str_of(err.message), "SQLite file: page 7");
    CHECK_STR(str_of(err.local), "SQLite 文件: 第 7 页");
}

/* Whole characters only, whatever the length; `local` as well. */
static void is_cut_between_characters(void)
{
    for (size_t pad = 1000; pad < 1040; pad++) {
        char text[1300];
        struct pl_err err;
        memset(text, 'a', pad);
        strcpy(text + pad, "中文中文中文中文中文");
        err_set(&err, PL_E_FORMAT, "%s", text);
        size_t len = strlen(err.message), at = 0;
        CHECK(len < sizeof(err.message));
        CHECK(len == strlen(text) || len >= sizeof(err.message) - 4);
        while (at < len && utf8_length(str_from(str_of(err.message), at)))
            at += utf8_length(str_from(str_of(err.message), at));
        CHECK_INT(at, len);
        CHECK_STR(str_of(err.local), err.message);
    }
}

/* The context is what a long message keeps; a long context leaves no half character either. */
static void long_context(void)
{
    struct pl_err err;
    char text[2100];
    memset(text, 'm', 1020);
    text[1020] = '\0';
    err_set(&err, PL_E_FORMAT, "%s", text);
    for (int i = 0; i < 50; i++)
        err_prefix(&err, "层 %d", i);
    CHECK(str_starts(str_of(err.message), STR("层 49: 层 48: ")));
    CHECK(strlen(err.message) < sizeof(err.message));
    for (size_t i = 0; i < sizeof(text) - 4; i += 3)
        memcpy(text + i, "中", 4);
    err_set(&err, PL_E_FORMAT, "short");
    err_prefix(&err, "%s", text);
    size_t len = strlen(err.message);
    CHECK(len < sizeof(err.message) && len > sizeof(err.message) - 8);
    CHECK_INT(len % 3, 0);
}

int main(void)
{
    RUN(sets);
    RUN(needs_no_struct);
    RUN(names_the_systems_reason);
    RUN(gains_context);
    RUN(speaks_both_languages);
    RUN(is_cut_between_characters);
    RUN(long_context);
    return test_end();
}
