/* Dockerfiles: places lie inside of the file, and all checks run over what was parsed. */
#include <stdint.h>
#include <stdlib.h>

#include "check/check.h"
#include "check/dockerfile.h"
#include "check/hadolint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_steps(const struct dockerfile *file, uint32_t lines)
{
    uint32_t last = 0;
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct dockerfile_step *step = &file->steps.items[i];
        if (step->line <= last || step->end_line < step->line || step->end_line > lines ||
            (step->stage != DOCKERFILE_NO_STAGE && step->stage >= file->stages.count))
            abort();
        last = step->end_line;
        for (size_t k = 0; step->shell && !step->exec && k < step->shell->commands.count; k++) {
            uint32_t line = dockerfile_shell_line(step, step->shell->commands.items[k].offset);
            if (line < step->line || line > step->end_line)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_make((const char *)data, size);
    static const struct hadolint_label labels[] = {{{"a", 1}, LABEL_SEMVER}, {{"b", 1}, LABEL_URL}};
    static const struct str words[] = {{"DL3006", 6}, {"*.io", 4}};
    static const struct hadolint_config settings = {.registries = words,
                                                    .registry_count = 2,
                                                    .ignored = words,
                                                    .ignored_count = 2,
                                                    .labels = labels,
                                                    .label_count = 2,
                                                    .strict_labels = true};
    struct check_choice choice = {.all = true, .hadolint = &settings};
    struct check_findings findings = {0};
    struct arena arena = {0};
    struct dockerfile file;
    struct pl_err err = {0};
    uint32_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    int r = dockerfile_parse(text, STR("Dockerfile"), &arena, &file, &err);
    if (r < 0 && !err.message[0])
        abort();
    look_at_steps(&file, lines);
    dockerfile_free(&file);
    int told =
        check_text(CHECK_DOCKERFILE, text, STR("Dockerfile"), &arena, &choice, &findings, &err);
    if (told != r && (r != 0 || told != -PL_E_LIMIT)) /* a script can be too large */
        abort();
    for (size_t i = 0; i < findings.items.count; i++)
        if (findings.items.items[i].line == 0 || findings.items.items[i].line > lines)
            abort();
    check_findings_free(&findings);
    arena_free(&arena);
    return 0;
}
