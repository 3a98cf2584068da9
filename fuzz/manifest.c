/* Manifests, Compose files, values of charts and units: all checks run over whatever the bytes are
 * read as, and what they find lies inside of the file. */
#include <stdint.h>
#include <stdlib.h>

#include "check/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(enum check_subject subject, struct str text, uint32_t lines)
{
    struct check_choice choice = {.all = true};
    struct check_findings findings = {0};
    struct arena arena = {0};
    struct pl_err err = {0};
    if (check_text(subject, text, STR("x"), &arena, &choice, &findings, &err) < 0 &&
        !err.message[0])
        abort();
    for (size_t i = 0; i < findings.items.count; i++)
        if (findings.items.items[i].line == 0 || findings.items.items[i].line > lines)
            abort();
    check_findings_free(&findings);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum check_subject subjects[] = {CHECK_KUBERNETES, CHECK_COMPOSE, CHECK_HELM,
                                                  CHECK_SYSTEMD, CHECK_QUADLET};
    struct str text = str_make((const char *)data, size);
    uint32_t lines = 2; /* libyaml knows other ends of lines, too */
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xa8 ||
                 data[i] == 0xa9;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        look_at(subjects[i], text, lines);
    check_subject_by_text(text);
    return 0;
}
