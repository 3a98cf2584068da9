#include "license/names.h"
#include "license/expression.h"
#include "test.h"

static const struct {
    const char *text, *expression; /* empty: not understood */
    enum package_type type;
} cases[] = {
    {"MIT", "MIT", PACKAGE_NPM},
    {"mit", "MIT", PACKAGE_NPM},
    {"MIT License", "MIT", PACKAGE_PYPI},
    {"The MIT License", "MIT", PACKAGE_MAVEN},
    {"The MIT License (MIT)", "MIT", PACKAGE_MAVEN},
    {"GPL-3.0-only,MIT", "GPL-3.0-only AND MIT", PACKAGE_NPM},
    {"MIT/X11", "MIT", PACKAGE_NPM},
    {"Expat", "MIT", PACKAGE_DEB},
    {"BSD", "", PACKAGE_RPM},
    {"BSD License", "", PACKAGE_PYPI},
    {"GPL", "", PACKAGE_DEB},
    {"Apache 2.0", "Apache-2.0", PACKAGE_NPM},
    {"Apache-2", "Apache-2.0", PACKAGE_NPM},
    {"Apache License, Version 2.0", "Apache-2.0", PACKAGE_MAVEN},
    {"Apache License 2.0", "Apache-2.0", PACKAGE_PYPI},
    {"The Apache Software License, Version 2.0", "Apache-2.0", PACKAGE_MAVEN},
    {"Apache", "", PACKAGE_NPM},
    {"ASL 2.0", "Apache-2.0", PACKAGE_RPM},
    {"http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0", PACKAGE_MAVEN},
    {"https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0", PACKAGE_MAVEN},
    {"https://opensource.org/licenses/MIT", "MIT", PACKAGE_NUGET},
    {"http://opensource.org/licenses/mit-license.php", "MIT", PACKAGE_NUGET},
    {"https://licenses.nuget.org/MIT", "MIT", PACKAGE_NUGET},
    {"https://github.com/a/b/blob/master/LICENSE", "", PACKAGE_NUGET},
    {"http://www.gnu.org/licenses/old-licenses/gpl-2.0.html", "GPL-2.0-only", PACKAGE_MAVEN},
    {"http://www.eclipse.org/legal/epl-v10.html", "EPL-1.0", PACKAGE_MAVEN},
    {"https://www.eclipse.org/legal/epl-2.0/", "EPL-2.0", PACKAGE_MAVEN},
    {"https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", PACKAGE_MAVEN},
    {"GPLv2+", "GPL-2.0-or-later", PACKAGE_RPM},
    {"GPLv2", "GPL-2.0-only", PACKAGE_RPM},
    {"GPL-2+", "GPL-2.0-or-later", PACKAGE_DEB},
    {"GPL-2.0+", "GPL-2.0-or-later", PACKAGE_NPM},
    {"GPL-2.0", "GPL-2.0-only", PACKAGE_NPM},
    {"GPL (>= 2)", "GPL-2.0-or-later", PACKAGE_CRAN},
    {"GPL (>=2)", "GPL-2.0-or-later", PACKAGE_CRAN},
    {"GPL (>= 2.0)", "GPL-2.0-or-later", PACKAGE_CRAN},
    {"GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only", PACKAGE_CRAN},
    {"MIT + file LICENSE", "MIT", PACKAGE_CRAN},
    {"BSD_3_clause + file LICENSE", "BSD-3-Clause", PACKAGE_CRAN},
    {"Apache License (>= 2)", "Apache-2.0", PACKAGE_CRAN},
    {"Apache License (== 2.0)", "Apache-2.0", PACKAGE_CRAN},
    {"LGPL-2.1+", "LGPL-2.1-or-later", PACKAGE_DEB},
    {"LGPLv2+", "LGPL-2.0-or-later", PACKAGE_RPM},
    {"GPL+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl", PACKAGE_RPM},
    {"GPLv2+ and MIT", "GPL-2.0-or-later AND MIT", PACKAGE_RPM},
    {"GPLv2+ and (MIT or zlib)", "GPL-2.0-or-later AND (MIT OR Zlib)", PACKAGE_RPM},
    {"Public Domain", "", PACKAGE_RPM},
    {"GPLv3+ with exceptions", "", PACKAGE_RPM},
    {"(LGPLv3+ or GPLv2+) and GPLv3+",
     "(LGPL-3.0-or-later OR GPL-2.0-or-later) AND GPL-3.0-or-later", PACKAGE_RPM},
    {"License :: OSI Approved :: MIT License", "MIT", PACKAGE_PYPI},
    {"License :: OSI Approved :: Apache Software License", "", PACKAGE_PYPI},
    {"License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)",
     "GPL-2.0-or-later", PACKAGE_PYPI},
    {"License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only",
     PACKAGE_PYPI},
    {"License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0", PACKAGE_PYPI},
    {"License :: OSI Approved :: ISC License (ISCL)", "ISC", PACKAGE_PYPI},
    {"License :: OSI Approved :: Python Software Foundation License", "PSF-2.0", PACKAGE_PYPI},
    {"GNU General Public License, version 2 or (at your option) any later version",
     "GPL-2.0-or-later", PACKAGE_PYPI},
    {"BSD-3-Clause", "BSD-3-Clause", PACKAGE_PYPI},
    {"BSD-3-clause", "BSD-3-Clause", PACKAGE_DEB},
    {"3-Clause BSD License", "BSD-3-Clause", PACKAGE_PYPI},
    {"New BSD License", "BSD-3-Clause", PACKAGE_MAVEN},
    {"BSD 2-Clause", "BSD-2-Clause", PACKAGE_MAVEN},
    {"MIT AND BSD-2-Clause", "MIT AND BSD-2-Clause", PACKAGE_APK},
    {"MIT BSD-2-Clause GPL-2.0+", "MIT AND BSD-2-Clause AND GPL-2.0-or-later", PACKAGE_APK},
    {"MIT/Apache-2.0", "MIT OR Apache-2.0", PACKAGE_CARGO},
    {"Apache-2.0/MIT", "Apache-2.0 OR MIT", PACKAGE_CARGO},
    {"Unlicense/MIT", "Unlicense OR MIT", PACKAGE_CARGO},
    {"Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
     "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", PACKAGE_CARGO},
    {"proprietary", "", PACKAGE_COMPOSER},
    {"UNLICENSED", "", PACKAGE_NPM},
    {"SEE LICENSE IN LICENSE.md", "", PACKAGE_NPM},
    {"(MIT OR Apache-2.0)", "MIT OR Apache-2.0", PACKAGE_NPM},
    {"(BSD-2-Clause OR MIT OR Apache-2.0)", "BSD-2-Clause OR MIT OR Apache-2.0", PACKAGE_NPM},
    {"Artistic or GPL-1+", "Artistic-1.0-Perl OR GPL-1.0-or-later", PACKAGE_DEB},
    {"GPL-2+ and BSD-3-clause, or MIT", "GPL-2.0-or-later AND BSD-3-Clause OR MIT", PACKAGE_DEB},
    {"perl_5", "GPL-1.0-or-later OR Artistic-1.0-Perl", PACKAGE_CPAN},
    {"artistic_2", "Artistic-2.0", PACKAGE_CPAN},
    {"apache_2_0", "Apache-2.0", PACKAGE_CPAN},
    {"open_source", "", PACKAGE_CPAN},
    {"Dual MIT/GPL", "GPL-2.0-only OR MIT", PACKAGE_GENERIC},
    {"Dual BSD/GPL", "", PACKAGE_GENERIC},
    {"GPL v2", "GPL-2.0-only", PACKAGE_GENERIC},
    {"GPL", "GPL-2.0-only", PACKAGE_GENERIC},
    {"GPL3", "GPL-3.0-or-later", PACKAGE_ALPM},
    {"GPL-3.0-only", "GPL-3.0-only", PACKAGE_ALPM},
    {"Eclipse Public License 1.0", "EPL-1.0", PACKAGE_MAVEN},
    {"Eclipse Public License - v 2.0", "EPL-2.0", PACKAGE_MAVEN},
    {"GPL2 w/ CPE", "GPL-2.0-only WITH Classpath-exception-2.0", PACKAGE_MAVEN},
    {"GNU General Public License, version 2 with the GNU Classpath Exception",
     "GPL-2.0-only WITH Classpath-exception-2.0", PACKAGE_MAVEN},
    {"GNU Lesser General Public License", "", PACKAGE_MAVEN},
    {"GNU Lesser General Public License v2.1 or later", "LGPL-2.1-or-later", PACKAGE_MAVEN},
    {"LicenseRef-Custom", "LicenseRef-Custom", PACKAGE_CONDA},
    {"NOASSERTION", "", PACKAGE_NPM},
    {"", "", PACKAGE_NPM},
    {"The Unlicense", "Unlicense", PACKAGE_PYPI},
    {"Boost Software License 1.0", "BSL-1.0", PACKAGE_CONAN},
    {"CC0", "CC0-1.0", PACKAGE_NPM},
    {"CC-BY-4.0", "CC-BY-4.0", PACKAGE_NPM},
    {"CC BY 4.0", "CC-BY-4.0", PACKAGE_NPM},
    {"PSF", "PSF-2.0", PACKAGE_PYPI},
    {"MIT License, Apache License 2.0", "MIT AND Apache-2.0", PACKAGE_PYPI},
};

static void test_names(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str got = license_normalize(&arena, str_of(cases[i].text), cases[i].type);
        if (!str_is(got, cases[i].expression))
            FAIL("%s \"%s\": \"%.*s\", not \"%s\"", package_type_name(cases[i].type), cases[i].text,
                 STR_ARG(got), cases[i].expression);
        if (got.len && !license_is_expression(got))
            FAIL("\"%.*s\" is no expression", STR_ARG(got));
    }
    arena_free(&arena);
}

/* What is made of a list, its texts apart by a line. */
static void check_list(enum package_type type, const char *lines, const char *want)
{
    struct arena arena = {0};
    struct str texts[8], rest = str_of(lines), *made;
    AUTO_BUF got = {0};
    size_t count = 0, made_count;
    while (count < 8 && str_cut(&rest, '\n', &texts[count]))
        count++;
    license_normalize_list(&arena, texts, count, type, license_list_is_choice(type), &made,
                           &made_count);
    for (size_t i = 0; i < made_count; i++)
        buf_printf(&got, i ? "\n%.*s" : "%.*s", STR_ARG(made[i]));
    CHECK_STR(buf_str(&got), want);
    arena_free(&arena);
}

static void test_lists(void)
{
    check_list(PACKAGE_COMPOSER, "LGPL-2.1-only\nGPL-3.0-or-later",
               "LGPL-2.1-only OR GPL-3.0-or-later");
    check_list(PACKAGE_COMPOSER, "MIT\nHouse terms, 2024", "MIT OR LicenseRef-House-terms-2024");
    check_list(PACKAGE_COMPOSER, "proprietary", "proprietary");
    check_list(PACKAGE_GEM, "Ruby\nBSD-2-Clause", "Ruby OR BSD-2-Clause");
    check_list(PACKAGE_MAVEN, "EPL 1.0\nApache 2.0", "EPL-1.0 OR Apache-2.0");
    check_list(PACKAGE_ALPM, "GPL3\ncustom:house", "GPL-3.0-or-later\ncustom:house");
    check_list(PACKAGE_ALPM, "MIT\nMIT", "MIT");
    check_list(PACKAGE_RPM, "GPLv2+ and MIT and BSD", "GPL-2.0-or-later AND MIT\nBSD");
    check_list(PACKAGE_RPM, "GPLv2+ or BSD", "GPLv2+ or BSD");
    check_list(PACKAGE_PYPI, "UNKNOWN", "");
    check_list(PACKAGE_DEB, "MIT OR ISC\nMIT OR ISC\nZlib",
               "(MIT OR ISC) AND (MIT OR ISC) AND Zlib");
}

/* Work on hostile texts is bounded. */
static void test_hostile(void)
{
    struct arena arena = {0};
    AUTO_BUF text = {0};
    for (int i = 0; i < 60000; i++)
        buf_puts(&text, i % 2 ? "(" : "GPL or ");
    CHECK_STR(license_normalize(&arena, buf_str(&text), PACKAGE_RPM), "");
    text.len = 0;
    for (int i = 0; i < 60000; i++)
        buf_puts(&text, "MIT and ");
    CHECK_STR(license_normalize(&arena, buf_str(&text), PACKAGE_RPM), "");
    text.len = 0;
    for (int i = 0; i < 100; i++)
        buf_puts(&text, "(MIT ");
    CHECK_STR(license_normalize(&arena, buf_str(&text), PACKAGE_APK), "");
    arena_free(&arena);
}

int main(void)
{
    RUN(test_names);
    RUN(test_lists);
    RUN(test_hostile);
    return test_end();
}
