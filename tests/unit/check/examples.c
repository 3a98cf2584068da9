/* Every bad example of data/checks is found by its check, no good one is. */
#include "check/check.h"
#include "check/hadolint.h"
#include "check_examples.h"
#include "test.h"

static const char *usual_path(enum check_subject subject)
{
    static const char *const paths[CHECK_SUBJECT_COUNT] = {
        [CHECK_IMAGE] = "config.json",       [CHECK_DOCKERFILE] = "Dockerfile",
        [CHECK_COMPOSE] = "compose.yaml",    [CHECK_KUBERNETES] = "pod.yaml",
        [CHECK_HELM] = "templates/pod.yaml", [CHECK_SYSTEMD] = "app.service",
        [CHECK_QUADLET] = "app.container",
    };
    return paths[subject];
}

static void look_at(const struct check_example *example, size_t number)
{
    const struct check *check = check_find(str_of(example->id), NULL);
    struct check_choice choice = {.all = true};
    struct check_findings findings = {0};
    struct arena arena = {0};
    struct pl_err err = {0};
    size_t hits = 0;
    if (!check) {
        FAIL("%s: no such check", example->id);
        return;
    }
    struct hadolint_config hadolint;
    if (hadolint_config_read(str_of(example->settings), STR(".hadolint.yaml"), &arena, &hadolint,
                             &err) < 0)
        FAIL("%s: %s", example->id, err.message);
    choice.hadolint = &hadolint;
    struct str path = str_of(example->path[0] ? example->path : usual_path(check->subject));
    if (check_text(check->subject, str_make(example->text, example->len), path, &arena, &choice,
                   &findings, &err) < 0)
        FAIL("%s, example %zu: %s", example->id, number, err.message);
    for (size_t i = 0; i < findings.items.count; i++) {
        const struct check_finding *finding = &findings.items.items[i];
        if (finding->check != check || finding->ignored)
            continue;
        hits++;
        if (!example->bad)
            FAIL("%s finds \"%.*s\" in line %u of a good example:\n%s", example->id,
                 STR_ARG(finding->evidence), finding->line, example->text);
        if (finding->line == 0 && check->subject != CHECK_IMAGE)
            FAIL("%s: no line", example->id);
    }
    if (example->bad && hits == 0)
        FAIL("%s finds nothing in a bad example:\n%s", example->id, example->text);
    check_findings_free(&findings);
    arena_free(&arena);
}

static void examples_are_what_they_say(void)
{
    size_t count = 0;
    for (; check_examples[count].id; count++)
        look_at(&check_examples[count], count);
    CHECK(count >= 4);
}

static void checks_are_found_by_their_names(void)
{
    for (const struct check *check = checks; check->id; check++) {
        CHECK(check_find(str_of(check->id), NULL) == check);
        for (size_t i = 0; check->aliases[i]; i++)
            CHECK(check_find(str_of(check->aliases[i]), NULL) != NULL);
    }
    CHECK(check_find(STR("dl4000"), NULL) == check_find(STR("dockerfile-maintainer"), NULL));
    CHECK(check_find(STR(""), NULL) == NULL);
    CHECK(check_find(STR("nothing"), NULL) == NULL);
}

static void checks_are_chosen(void)
{
    struct arena arena = {0};
    struct check_choice choice;
    struct pl_err err;
    const struct check *check = check_find(STR("DL4000"), NULL);
    CHECK(check_wanted(NULL, check));
    CHECK_INT(check_choice_parse(STR("all, -DL4000"), &arena, &choice, &err), 0);
    CHECK(choice.all && !check_wanted(&choice, check));
    CHECK_INT(check_choice_parse(STR("dockerfile-maintainer"), &arena, &choice, &err), 0);
    CHECK(!choice.all && check_wanted(&choice, check));
    CHECK_INT(check_choice_parse(STR("all,nothing"), &arena, &choice, &err), -PL_E_USAGE);
    arena_free(&arena);
}

int main(void)
{
    RUN(examples_are_what_they_say);
    RUN(checks_are_found_by_their_names);
    RUN(checks_are_chosen);
    return test_end();
}
