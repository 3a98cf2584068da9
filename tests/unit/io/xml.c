/* XML as a stream: elements, attributes, texts, whatever the size of the pieces. */
#include "io/xml.h"

#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

struct run {
    struct str rest;
    size_t piece;
    struct buf seen;
};

static int next(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct run *run = context;
    (void)err;
    *ret_chunk = str_first(run->rest, run->piece);
    run->rest = str_from(run->rest, run->piece);
    return 0;
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct run *run = context;
    buf_printf(&run->seen, "<%.*s %.*s>", STR_ARG(name), STR_ARG(xml_attribute(attributes, "a")));
    return !str_is(name, "skip");
}

static void end(void *context, struct str name, struct str text)
{
    struct run *run = context;
    buf_printf(&run->seen, "%.*s</%.*s>", STR_ARG(text), STR_ARG(name));
}

static int parse(struct str text, size_t piece, struct buf *seen, struct pl_err *err)
{
    struct run run = {.rest = text, .piece = piece};
    struct xml_reader reader = {.read = next, .start = start, .end = end, .context = &run};
    int r = xml_read(&reader, err);
    *seen = run.seen;
    return r;
}

static void elements(void)
{
    struct str text =
        STR("<?xml version=\"1.0\"?><x:root xmlns:x=\"u\" a=\"1&amp;2\"><x:leaf b='z' "
            "a='3'>\n  t&lt;<![CDATA[<u>]]> </x:leaf><skip>no</skip><e/></x:root>");
    for (size_t piece = 1; piece < text.len + 2; piece += piece) {
        struct pl_err err;
        AUTO_BUF seen = {0};
        CHECK_INT(parse(text, piece, &seen, &err), 0);
        CHECK_STR(buf_str(&seen), "<root 1&2><leaf 3>t<<u></leaf><skip ></skip><e ></e></root>");
    }
}

static void wrong(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "no element found"},
        {"<a>", "no element found"},
        {"<a></b>", "line 1, column 6: the XML is damaged: mismatched tag"},
        {"<a>\n<b x=1/></a>", "line 2, column"},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "declares an entity"},
        {"<a>&unknown;</a>", "undefined entity"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pl_err err;
        AUTO_BUF seen = {0};
        CHECK_INT(parse(str_of(cases[i].text), 7, &seen, &err), -PL_E_FORMAT);
        if (!strstr(err.message, cases[i].message))
            FAIL("case %zu: %s", i, err.message);
    }
}

static void limits(void)
{
    struct pl_err err;
    AUTO_BUF deep = {0}, seen = {0}, many = {0}, kept = {0};
    for (int i = 0; i < LIMIT_XML_DEPTH + 1; i++)
        buf_puts(&deep, "<a>");
    CHECK_INT(parse(buf_str(&deep), 100, &seen, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_XML_DEPTH");
    buf_puts(&many, "<a>");
    for (int i = 0; i < 300000; i++)
        buf_puts(&many, "x");
    buf_puts(&many, "</a>");
    CHECK_INT(parse(buf_str(&many), 1000, &kept, &err), 0);
    CHECK(kept.len >= LIMIT_XML_TEXT && kept.len < LIMIT_XML_TEXT + 2000);
}

int main(void)
{
    RUN(elements);
    RUN(wrong);
    RUN(limits);
    return test_end();
}
