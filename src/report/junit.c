/* JUnit's XML as Jenkins (xunit plugin, junit-10.xsd), GitLab and GitHub's actions read it: a suite
 * a type of package, a case a finding. What counts has failed; when a verdict was asked for, only
 * what makes it fail. What is suppressed was skipped. */
#include <stdlib.h>

#include "report/parts.h"
#include "report/text.h"

/* Suites: the types of packages, then what is about no package, by its kind. */
enum { SUITE_KINDS = PACKAGE_TYPE_COUNT, SUITE_COUNT = SUITE_KINDS + FINDING_KIND_COUNT };

struct suite {
    size_t tests, failures, skipped;
};

struct junit {
    struct out *out;
    const struct report *report;
    const struct report_style *style;
    struct suite suites[SUITE_COUNT];
};

static size_t suite_of(const struct report *report, const struct finding *finding)
{
    const struct package *package = part_package(report, finding);
    return package ? (size_t)package->type : SUITE_KINDS + (size_t)finding->kind;
}

static bool is_failure(const struct report *report, const struct finding *finding)
{
    return !finding->suppressed_by && (finding->fails || !report->verdict.asked);
}

static bool is_listed(const struct junit *junit, const struct finding *finding)
{
    return !finding->suppressed_by || junit->style->suppressed;
}

static void count(struct junit *junit)
{
    for (size_t i = 0; i < junit->report->findings.count; i++) {
        const struct finding *finding = &junit->report->findings.items[i];
        struct suite *suite = &junit->suites[suite_of(junit->report, finding)];
        if (!is_listed(junit, finding))
            continue;
        suite->tests++;
        suite->failures += is_failure(junit->report, finding);
        suite->skipped += finding->suppressed_by != NULL;
    }
}

static void attribute(struct junit *junit, const char *name, struct str value)
{
    out_printf(junit->out, " %s=\"", name);
    text_markup(junit->out, value);
    out_putc(junit->out, '"');
}

static void open_suite(struct junit *junit, struct str name, const struct suite *suite,
                       size_t errors)
{
    out_puts(junit->out, "  <testsuite");
    attribute(junit, "name", name);
    out_printf(junit->out,
               " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n",
               suite->tests, suite->failures, errors, suite->skipped);
}

static void open_case(struct junit *junit, struct str name, struct str class_name)
{
    out_puts(junit->out, "    <testcase");
    attribute(junit, "name", name);
    attribute(junit, "classname", class_name);
    out_puts(junit->out, " time=\"0\"");
}

static struct str title_of(const struct junit *junit, const struct finding *finding)
{
    return part_text(junit->style, finding->title, finding->title_local);
}

/* What is wrong with a file, and how it is mended. */
static void describe_file(struct buf *text, const struct junit *junit, struct arena *arena,
                          const struct finding *finding)
{
    const struct report_style *style = junit->style;
    struct str said = part_said(arena, style, finding);
    struct str why = part_text(style, finding->why, finding->why_local);
    struct str mend = part_text(style, finding->mend, finding->mend_local);
    if (said.len)
        buf_printf(text, " %.*s.", STR_ARG(said));
    if (finding->removed)
        buf_puts(text, " A later layer takes the file away; it is still in the image.");
    if (why.len)
        buf_printf(text, " %.*s", STR_ARG(why));
    if (mend.len)
        buf_printf(text, " %.*s", STR_ARG(mend));
}

/* What a person needs who reads the failure in a pipeline's page. */
static void describe(struct buf *text, const struct junit *junit, const struct finding *finding)
{
    const struct package *package = part_package(junit->report, finding);
    struct arena arena = {0};
    struct str link = part_page(&arena, finding), place = part_place(&arena, finding);
    if (finding->title.len)
        buf_printf(text, "%.*s. ", STR_ARG(title_of(junit, finding)));
    if (finding->fixed.len)
        buf_printf(text, "Fixed in %.*s. ", STR_ARG(finding->fixed));
    else if (finding->kind == FINDING_VULNERABILITY)
        buf_printf(text, "No fix: %s. ", finding_status_name(finding->status));
    buf_printf(text, "Risk %d.", finding->risk);
    if (finding->kev_added.len)
        buf_printf(text, " Exploited in the wild (KEV %.*s).", STR_ARG(finding->kev_added));
    if (finding->path.len || (package && package->path_count))
        buf_printf(text, " In /%.*s.", STR_ARG(place.len ? place : package->paths[0]));
    if (part_is_file_kind(finding->kind))
        describe_file(text, junit, &arena, finding);
    if (link.len)
        buf_printf(text, " %.*s", STR_ARG(link));
    arena_free(&arena);
}

/* One line: what it is, and where it is no package's version, how it is mended. */
static void add_message(struct buf *message, const struct junit *junit,
                        const struct finding *finding)
{
    struct str title = title_of(junit, finding);
    struct str mend = part_text(junit->style, finding->mend, finding->mend_local);
    buf_add(message, title.len ? title : finding->id);
    if (mend.len)
        buf_printf(message, ": %.*s", STR_ARG(mend));
}

static void write_case(struct junit *junit, const struct finding *finding)
{
    AUTO_BUF name = {0};
    AUTO_BUF class_name = {0};
    AUTO_BUF text = {0};
    AUTO_BUF message = {0};
    struct str why = junit->style->local && finding->suppressed_local.len
                         ? finding->suppressed_local
                         : finding->suppressed_why;
    buf_printf(&name, "[%s] %.*s", severity_name(finding->severity), STR_ARG(finding->id));
    buf_add(&class_name, part_subject(junit->report, finding));
    if (finding->installed.len)
        buf_printf(&class_name, "-%.*s", STR_ARG(finding->installed));
    describe(&text, junit, finding);
    open_case(junit, buf_str(&name), buf_str(&class_name));
    if (part_is_file_kind(finding->kind) && finding->path.len) {
        attribute(junit, "file", finding->path);
        if (finding->line)
            out_printf(junit->out, " line=\"%u\"", finding->line);
    }
    if (finding->suppressed_by) {
        out_puts(junit->out, "><skipped");
        attribute(junit, "message", why.len ? why : str_of(finding->suppressed_by));
        out_puts(junit->out, "/></testcase>\n");
    } else if (is_failure(junit->report, finding)) {
        out_puts(junit->out, "><failure");
        add_message(&message, junit, finding);
        attribute(junit, "message", buf_str(&message));
        attribute(junit, "type", str_of(severity_name(finding->severity)));
        out_putc(junit->out, '>');
        text_markup(junit->out, buf_str(&text));
        out_puts(junit->out, "</failure></testcase>\n");
    } else {
        out_puts(junit->out, "><system-out>");
        text_markup(junit->out, buf_str(&text));
        out_puts(junit->out, "</system-out></testcase>\n");
    }
}

static void write_suite(struct junit *junit, size_t index)
{
    const struct report *report = junit->report;
    const char *name = index < SUITE_KINDS
                           ? package_type_name((enum package_type)index)
                           : finding_kind_name((enum finding_kind)(index - SUITE_KINDS));
    if (junit->suites[index].tests == 0)
        return;
    open_suite(junit, str_of(name), &junit->suites[index], 0);
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (suite_of(report, finding) == index && is_listed(junit, finding))
            write_case(junit, finding);
    }
    out_puts(junit->out, "  </testsuite>\n");
}

/* The scan itself is a case, so that a clean target has one that passes and an incomplete one can
 * never be green. */
static void write_scan(struct junit *junit)
{
    const struct report *report = junit->report;
    struct suite suite = {.tests = 1};
    open_suite(junit, STR("scan"), &suite, !report->complete);
    open_case(junit, STR("the whole target was examined"), report->target.name);
    if (report->complete) {
        out_puts(junit->out, "/>\n  </testsuite>\n");
        return;
    }
    out_puts(junit->out, "><error message=\"the scan is incomplete\" type=\"incomplete\">");
    for (size_t i = 0; i < report->diagnostics.count; i++) {
        const struct diagnostic *diagnostic = &report->diagnostics.items[i];
        if (!diagnostic->error)
            continue;
        text_markup(junit->out, diagnostic->where);
        out_puts(junit->out, diagnostic->where.len ? ": " : "");
        text_markup(junit->out, diagnostic_text(diagnostic, junit->style));
        out_putc(junit->out, '\n');
    }
    out_puts(junit->out, "</error></testcase>\n  </testsuite>\n");
}

static void junit_write(struct out *out, const struct report *report,
                        const struct report_style *style)
{
    struct junit junit = {.out = out, .report = report, .style = style};
    struct suite all = {.tests = 1};
    count(&junit);
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        all.tests += junit.suites[i].tests;
        all.failures += junit.suites[i].failures;
        all.skipped += junit.suites[i].skipped;
    }
    out_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    attribute(&junit, "name", report->target.name);
    out_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%d\" time=\"0\">\n", all.tests,
               all.failures, !report->complete);
    write_scan(&junit);
    for (size_t i = 0; i < SUITE_COUNT; i++)
        write_suite(&junit, i);
    out_puts(out, "</testsuites>\n");
}

const struct report_format report_format_junit = {
    .name = "junit",
    .help = N_("JUnit XML: findings as tests, for pipelines' test pages"),
    .write = junit_write,
};
