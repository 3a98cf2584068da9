/* Prints the findings of a target, one a line: SEVERITY ID PACKAGE INSTALLED FIXED.
 *
 *     cc findings.c $(pkg-config --cflags --libs plimsoll) -o findings
 *     ./findings /var/lib/plimsoll/db image.tar
 */
#include <plimsoll.h>
#include <stdio.h>

int main(int count, char **words)
{
    static const char *const severities[] = {"unknown", "negligible", "low",
                                             "medium",  "high",       "critical"};
    if (count != 3) {
        fprintf(stderr, "usage: findings DATABASE TARGET\n");
        return 2;
    }
    struct plimsoll *plimsoll = plimsoll_open(words[1]);
    struct plimsoll_report *report = plimsoll_scan(plimsoll, words[2]);
    if (!report) {
        fprintf(stderr, "%s\n", plimsoll_error(plimsoll));
        plimsoll_close(plimsoll);
        return 1;
    }
    printf("%zu packages, %zu findings\n", plimsoll_package_count(report),
           plimsoll_finding_count(report));
    for (size_t i = 0; i < plimsoll_finding_count(report); i++) {
        struct plimsoll_finding finding = {.size = sizeof(finding)};
        struct plimsoll_package package = {.size = sizeof(package)};
        plimsoll_finding(report, i, &finding);
        plimsoll_package(report, finding.package, &package);
        printf("%s %s %s %s %s\n", severities[finding.severity], finding.id, package.name,
               package.version, *finding.fixed ? finding.fixed : "-");
    }
    for (size_t i = 0; i < plimsoll_diagnostic_count(report); i++)
        fprintf(stderr, "%s\n", plimsoll_diagnostic(report, i));
    plimsoll_report_free(report);
    plimsoll_close(plimsoll);
    return 0;
}
