/* Which language, and the table of texts. */
#include "base/i18n.h"
#include "test.h"

static void parses(void)
{
    static const struct {
        const char *name;
        int lang; /* -1: none of ours */
    } cases[] = {
        {"en", LANG_EN},
        {"en_US.UTF-8", LANG_EN},
        {"en-GB", LANG_EN},
        {"C", LANG_EN},
        {"C.UTF-8", LANG_EN},
        {"POSIX", LANG_EN},
        {"zh", LANG_ZH},
        {"zh_CN", LANG_ZH},
        {"zh_CN.UTF-8", LANG_ZH},
        {"zh-Hans", LANG_ZH},
        {"zh@pinyin", LANG_ZH},
        {"zh.GBK", LANG_ZH},
        {"de_DE", -1},
        {"", -1},
        {"zhx", -1},
        {"english", -1},
        {"ZH", -1},
        {"z", -1},
        {"Czech", -1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum lang lang = LANG_COUNT;
        bool known = i18n_parse(cases[i].name, &lang);
        if (known != (cases[i].lang >= 0) || (int)lang != (known ? cases[i].lang : LANG_COUNT))
            FAIL("\"%s\": %d, %d", cases[i].name, known, (int)lang);
    }
}

static void asks_the_environment(void)
{
    static const struct {
        const char *all, *messages, *lang;
        enum lang want;
    } cases[] = {
        {NULL, NULL, NULL, LANG_EN},       {NULL, NULL, "zh_CN.UTF-8", LANG_ZH},
        {NULL, "zh_CN", "en_US", LANG_ZH}, {"C", "zh_CN", "zh_CN", LANG_EN},
        {"zh_TW", NULL, "C", LANG_ZH},     {"", "", "zh", LANG_ZH},
        {"fr_FR", NULL, "zh", LANG_EN}, /* a language that we lack is English, not the next one */
    };
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const values[] = {cases[i].all, cases[i].messages, cases[i].lang};
        for (size_t k = 0; k < 3; k++) {
            unsetenv(names[k]);
            if (values[k])
                setenv(names[k], values[k], 1);
        }
        if (i18n_from_environment() != cases[i].want)
            FAIL("case %zu", i);
    }
}

static void translates(void)
{
    CHECK_STR(str_of(tr_in(LANG_EN, "SEVERITY")), "SEVERITY");
    CHECK_STR(str_of(tr_in(LANG_ZH, "SEVERITY")), "严重性");
    CHECK_STR(str_of(tr_in(LANG_ZH, "no such text")), "no such text");
    i18n_set(LANG_ZH);
    CHECK_INT(i18n_get(), LANG_ZH);
    CHECK_STR(str_of(tr("high")), "高危");
    CHECK_STR(str_of(tr_n("%zu layer", "%zu layers", 1)), "%zu 层");
    CHECK_STR(str_of(tr_n("%zu layer", "%zu layers", 2)), "%zu 层");
    i18n_set(LANG_EN);
    CHECK_STR(str_of(tr("high")), "high");
    CHECK_STR(str_of(tr_n("%zu layer", "%zu layers", 1)), "%zu layer");
    CHECK_STR(str_of(tr_n("%zu layer", "%zu layers", 0)), "%zu layers");
}

/* The search is a binary one. */
static void the_table_is_sorted(void)
{
    CHECK(i18n_zh_count > 100);
    for (size_t i = 1; i < i18n_zh_count; i++)
        if (strcmp(i18n_zh[i - 1].id, i18n_zh[i].id) >= 0)
            FAIL("\"%s\" stands before \"%s\"", i18n_zh[i - 1].id, i18n_zh[i].id);
    for (size_t i = 0; i < i18n_zh_count; i++)
        CHECK(tr_in(LANG_ZH, i18n_zh[i].id) == i18n_zh[i].text);
}

int main(void)
{
    RUN(parses);
    RUN(asks_the_environment);
    RUN(translates);
    RUN(the_table_is_sorted);
    return test_end();
}
