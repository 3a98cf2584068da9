/* Templates: the cases of Mustache's specification that apply, filters, and faults. */
#include "report/template.h"
#include "report/format.h"
#include "test.h"

static struct report make_report(void)
{
    static struct str aliases[] = {{"GHSA-1", 6}, {"<b>", 3}};
    struct report report = {.complete = true};
    report.target.kind = "dir";
    report.target.name = STR("a<b>&\"");
    *VEC_ADD(&report.packages) = (struct package){.name = STR("zlib"),
                                                  .version = STR("1.2"),
                                                  .cataloger = "dpkg",
                                                  .owner = OWNER_NONE,
                                                  .layer = LAYER_NONE};
    *VEC_ADD(&report.findings) = (struct finding){.id = STR("CVE-1"),
                                                  .package = 0,
                                                  .layer = LAYER_NONE,
                                                  .title = STR("=\"x\""),
                                                  .aliases = aliases,
                                                  .alias_count = 2};
    *VEC_ADD(&report.findings) = (struct finding){.kind = FINDING_LICENSE,
                                                  .id = STR("GPL-3.0"),
                                                  .package = PACKAGE_NONE,
                                                  .path = STR("etc/x"),
                                                  .layer = LAYER_NONE};
    return report;
}

static void check_text(const char *template, const char *want)
{
    const struct report_format *format = report_format_find(STR("template"));
    struct report report = make_report();
    struct report_style style = {.template = str_of(template)};
    struct pl_err err;
    struct out out;
    out_init(&out, -1);
    CHECK_INT(format->check(style.template, &err), 0);
    format->write(&out, &report, &style);
    CHECK_STR(buf_str(&out.buffer), want);
    out_close(&out, NULL);
    report_free(&report);
}

static void values(void)
{
    check_text("no tags { { }", "no tags { { }");
    check_text("{{target.name}}|{{{target.name}}}|{{& target.name }}",
               "a&lt;b&gt;&amp;&quot;|a<b>&\"|a<b>&\"");
    check_text("{{complete}} {{summary.packages}} {{nothing}}{{target.nothing.more}}.", "true 1 .");
    check_text("{{#target}}{{name}}{{/target}}", "a&lt;b&gt;&amp;&quot;");
}

static void sections(void)
{
    check_text("{{#findings}}{{id}};{{/findings}}", "CVE-1;GPL-3.0;");
    check_text("{{#findings}}{{#aliases}}({{.}}){{/aliases}}{{/findings}}", "(GHSA-1)(&lt;b&gt;)");
    check_text("{{#findings}}{{^aliases}}none {{id}}{{/aliases}}{{/findings}}", "none GPL-3.0");
    check_text("{{#complete}}yes{{/complete}}{{^complete}}no{{/complete}}", "yes");
    check_text("{{#findings}}{{target.kind}} {{/findings}}", "dir dir ");
    check_text("{{^verdict}}not asked{{/verdict}}", "not asked");
    check_text("{{#findings}}{{package}}={{package.name}}{{^package}}{{path}}{{/package}}"
               "{{#package}} {{version}}{{/package}};{{/findings}}",
               "0=zlib 1.2;=etc/x;");
}

static void lines(void)
{
    check_text("| A\n  {{#complete}}  \n| B\n{{/complete}}\n| C\n", "| A\n| B\n| C\n");
    check_text("a\r\n{{! comment\nof two lines }}\r\nb", "a\r\nb");
    check_text("  {{complete}}\n", "  true\n");
    check_text("a {{! c }} b", "a  b");
    check_text("  {{#complete}}\nx\n  {{/complete}}", "x\n");
}

static void delimiters(void)
{
    check_text("{{=<% %>=}}(<%target.kind%>) {{x}}", "(dir) {{x}}");
    check_text("{{=| |=}}|target.kind|\n|={{ }}=|\n{{target.kind}}", "dir\ndir");
}

static void filters(void)
{
    check_text("{{#findings}}{{title | csv}},{{/findings}}", "\"'=\"\"x\"\"\",\"\",");
    check_text("{{#findings}}{{aliases | json}}{{title|json}}{{fixed|json}}{{/findings}}",
               "[\"GHSA-1\",\"<b>\"]\"=\\\"x\\\"\"null[]\"\"null");
    check_text("{{findings | length}} {{packages | length}} {{nothing | length}}", "2 1 0");
    check_text("{{target.name | upper}} {{{target.name | upper}}}",
               "A&lt;B&gt;&amp;&quot; A<B>&\"");
    check_text("{{target.name | url}}", "a%3Cb%3E%26%22");
    check_text("{{target.name | markdown}}", "a&#60;b&#62;&#38;&#34;");
}

static void check_fault(const char *template, const char *want)
{
    struct template parsed;
    struct pl_err err;
    CHECK(template_parse(&parsed, str_of(template), &err) < 0);
    CHECK_STR(str_of(err.message), want);
}

static void faults(void)
{
    check_fault("a\nb {{name", "line 2, column 3: the tag has no end: }}");
    check_fault("{{#a}}\n", "line 1, column 4: the section a has no end");
    check_fault("{{/a}}", "line 1, column 1: {{/a}} ends nothing");
    check_fault("{{#a}}中{{/b}}", "line 1, column 8: {{/b}} ends a section that is named a");
    check_fault("{{> x}}", "line 1, column 1: there are no partials");
    check_fault("{{a b}}", "line 1, column 1: \"a b\" is no name");
    check_fault("{{}}", "line 1, column 1: \"\" is no name");
    check_fault(
        "{{#findings}}{{#packages}}{{/packages}}{{/findings}}",
        "line 1, column 14: packages inside findings: one of them would be gone through for "
        "each of the other");
}

static void limits(void)
{
    AUTO_BUF deep = {0};
    struct template parsed;
    struct pl_err err;
    for (int i = 0; i < 33; i++)
        buf_puts(&deep, "{{#a}}");
    CHECK(template_parse(&parsed, buf_str(&deep), &err) < 0);
    CHECK_STR(str_of(err.limit), "LIMIT_TEMPLATE_DEPTH");
    deep.len = 0;
    for (int i = 0; i < 100001; i++)
        buf_puts(&deep, "{{a}}");
    CHECK(template_parse(&parsed, buf_str(&deep), &err) < 0);
    CHECK_STR(str_of(err.limit), "LIMIT_TEMPLATE_PARTS");
}

int main(void)
{
    RUN(values);
    RUN(sections);
    RUN(lines);
    RUN(delimiters);
    RUN(filters);
    RUN(faults);
    RUN(limits);
    return test_end();
}
