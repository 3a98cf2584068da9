/* Texts of images in documents for people. */
#include "report/text.h"
#include "test.h"

static void check_clean(struct str text, const char *want)
{
    AUTO_BUF clean = {0};
    text_clean(&clean, text);
    CHECK_STR(buf_str(&clean), want);
}

static void clean(void)
{
    check_clean(STR("plain é 中 😀"), "plain é 中 😀");
    check_clean(str_make("a\0b\n\r\t\x7f\x1b", 8), "a b     ");
    check_clean(STR("\u202ea\u2066b\u200fc\u061cd"), "�a�b�c�d");
    check_clean(STR("a\u2028b\u2029c\xc2\x85"
                    "d"),
                "a�b�c�d");
    check_clean(STR("\xff\xc0\xaf\xed\xa0\x80"), "������");
    check_clean(STR("\xef\xbf\xbe\xef\xbf\xbf."), "��.");
    check_clean(STR("\xe4\xb8"), "��");
}

static void check_markup(const char *text, const char *want)
{
    struct out out;
    out_init(&out, -1);
    text_markup(&out, str_of(text));
    CHECK_STR(buf_str(&out.buffer), want);
    out_close(&out, NULL);
}

static void markup(void)
{
    check_markup("", "");
    check_markup("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;");
    check_markup("]]> --> </script>", "]]&gt; --&gt; &lt;/script&gt;");
}

static void check_markdown(const char *text, bool code, const char *want)
{
    AUTO_BUF safe = {0};
    text_markdown(&safe, str_of(text), code);
    CHECK_STR(buf_str(&safe), want);
}

static void markdown(void)
{
    check_markdown("plain, 1.2-3+b", false, "plain, 1.2-3+b");
    check_markdown("@user", false, "&#64;\u200buser");
    check_markdown("@scope/name", true, "&#64;scope/name");
    check_markdown("a@b.c", true, "a&#64;\u200bb.c");
    check_markdown("#12 !3", false, "&#35;\u200b12 &#33;\u200b3");
    check_markdown("http://x www.x", false, "http&#58;\u200b//x www.\u200bx");
    check_markdown("a|b`c`[d](e)<f>*g*_h_", false,
                   "a&#124;b&#96;c&#96;&#91;d&#93;&#40;e&#41;&#60;f&#62;&#42;g&#42;&#95;h&#95;");
    check_markdown("a\n# b", false, "a &#35; b");
}

static void lengths(void)
{
    CHECK_INT(text_units(STR("ab")), 2);
    CHECK_INT(text_units(STR("é中")), 2);
    CHECK_INT(text_units(STR("😀")), 2);
    CHECK_STR(text_fit(STR("a中b"), 3), "a");
    CHECK_STR(text_fit(STR("a中b"), 4), "a中");
    CHECK_STR(text_fit(STR("a中b"), 5), "a中b");
}

int main(void)
{
    RUN(clean);
    RUN(markup);
    RUN(markdown);
    RUN(lengths);
    return test_end();
}
