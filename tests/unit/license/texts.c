/* Texts of licences are not in this tree: those that are whole come from Debian's base-files. */
#include "license/texts.h"
#include "base/buf.h"
#include "base/limits.h"
#include "io/whole_file.h"
#include "test.h"

static bool read_common(const char *name, struct buf *ret_text)
{
    struct pl_err err;
    char path[128];
    snprintf(path, sizeof(path), "/usr/share/common-licenses/%s", name);
    ret_text->len = 0;
    return whole_file_read(path, LIMIT_FILE_SMALL, "", ret_text, &err) == 0;
}

static void check_text(struct str text, const char *what, const char *want)
{
    struct arena arena = {0};
    struct str got = license_recognize(&arena, text);
    if (!str_is(got, want))
        FAIL("%s: \"%.*s\", not \"%s\"", what, STR_ARG(got), want);
    arena_free(&arena);
}

static const struct {
    const char *file, *expression;
} common[] = {
    {"Apache-2.0", "Apache-2.0"},  {"Artistic", "Artistic-1.0-Perl"},
    {"BSD", "BSD-3-Clause"},       {"CC0-1.0", "CC0-1.0"},
    {"GFDL-1.2", "GFDL-1.2-only"}, {"GFDL-1.3", "GFDL-1.3-only"},
    {"GPL-1", "GPL-1.0-only"},     {"GPL-2", "GPL-2.0-only"},
    {"GPL-3", "GPL-3.0-only"},     {"LGPL-2", "LGPL-2.0-only"},
    {"LGPL-2.1", "LGPL-2.1-only"}, {"LGPL-3", "LGPL-3.0-only"},
    {"MPL-1.1", "MPL-1.1"},        {"MPL-2.0", "MPL-2.0"},
};

static void test_whole(void)
{
    AUTO_BUF text = {0};
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        CHECK(read_common(common[i].file, &text));
        check_text(buf_str(&text), common[i].file, common[i].expression);
    }
}

/* As comments, in capitals, on one line, with a holder in front: the same. */
static void test_disguised(void)
{
    AUTO_BUF text = {0}, other = {0};
    static const char *const files[] = {"BSD", "Apache-2.0", "GPL-2"};
    static const char *const wants[] = {"BSD-3-Clause", "Apache-2.0", "GPL-2.0-only"};
    for (size_t i = 0; i < 3; i++) {
        CHECK(read_common(files[i], &text));
        struct str rest = buf_str(&text), line;
        other.len = 0;
        buf_puts(&other,
                 "Copyright (c) 2011-2024 Somebody <a@example.org>\nAll rights reserved.\n");
        while (str_cut(&rest, '\n', &line))
            buf_printf(&other, " * %.*s\r\n", STR_ARG(line));
        check_text(buf_str(&other), files[i], wants[i]);
        for (size_t k = 0; k < other.len; k++)
            other.data[k] = (char)(other.data[k] >= 'a' && other.data[k] <= 'z' ? other.data[k] - 32
                                   : other.data[k] == '\n'                      ? ' '
                                                                                : other.data[k]);
        check_text(buf_str(&other), files[i], wants[i]);
    }
}

static void test_several(void)
{
    AUTO_BUF text = {0}, both = {0};
    CHECK(read_common("BSD", &text));
    buf_add(&both, buf_str(&text));
    CHECK(read_common("Apache-2.0", &text));
    buf_add(&both, buf_str(&text));
    check_text(buf_str(&both), "two texts", "BSD-3-Clause AND Apache-2.0");
}

/* Half of a text is not the licence. */
static void test_half(void)
{
    AUTO_BUF text = {0};
    CHECK(read_common("GPL-3", &text));
    check_text(str_first(buf_str(&text), text.len / 2), "half", "");
}

static const struct {
    const char *text, *expression;
} notices[] = {
    {"Licensed under the Apache License, Version 2.0 (the \"License\")", "Apache-2.0"},
    {"under the terms of the GNU General Public License as published by\n * the Free Software "
     "Foundation; either version 2 of the License, or\n * (at your option) any later version.",
     "GPL-2.0-or-later"},
    {"the GNU General Public License version 2 as published by the Free Software Foundation",
     "GPL-2.0-only"},
    {"the GNU Lesser General Public License as published by the Free Software Foundation; either "
     "version 2.1 of the License, or (at your option) any later version",
     "LGPL-2.1-or-later"},
    {"On Debian systems see `/usr/share/common-licenses/GPL-3'.", "GPL-3.0-only"},
    {"/usr/share/common-licenses/LGPL-2.1", "LGPL-2.1-only"},
    {"version 3, or (at your option) any later version: /usr/share/common-licenses/GPL-3",
     "GPL-3.0-or-later"},
    {"// SPDX-License-Identifier: GPL-2.0 OR MIT\n", "GPL-2.0-only OR MIT"},
    {"/* SPDX-License-Identifier: BSD-2-Clause */", "BSD-2-Clause"},
    {"SPDX-License-Identifier: no such thing", ""},
    {"All we say is that you may not use this.", ""},
    {"", ""},
};

static void test_notices(void)
{
    for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
        check_text(str_of(notices[i].text), notices[i].text, notices[i].expression);
}

/* GPL's text with a notice is what the notice says; its own example is none. */
static void test_notice_beside_text(void)
{
    AUTO_BUF text = {0}, whole = {0};
    buf_add(&whole, str_of(notices[1].text));
    CHECK(read_common("GPL-2", &text));
    buf_add(&whole, buf_str(&text));
    check_text(buf_str(&whole), "notice and text", "GPL-2.0-or-later");
}

int main(void)
{
    RUN(test_whole);
    RUN(test_disguised);
    RUN(test_several);
    RUN(test_half);
    RUN(test_notices);
    RUN(test_notice_beside_text);
    return test_end();
}
