#include "check/check.h"

#include <strings.h>

#include "base/limits.h"
#include "check/hadolint.h"

void check_findings_free(struct check_findings *findings)
{
    VEC_FREE(&findings->items);
    *findings = (struct check_findings){0};
}

/* ---- which checks run ---- */

static bool is_among(const struct check *const *list, size_t count, const struct check *check)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == check)
            return true;
    return false;
}

bool check_wanted(const struct check_choice *choice, const struct check *check)
{
    if (!choice)
        return check->by_default;
    if (is_among(choice->skipped, choice->skipped_count, check))
        return false;
    return check->by_default || choice->all ||
           is_among(choice->named, choice->named_count, check) ||
           hadolint_asks(choice->hadolint, check);
}

static bool is_name(struct str name, const char *candidate)
{
    return strlen(candidate) == name.len && strncasecmp(candidate, name.data, name.len) == 0;
}

bool check_goes_by(const struct check *check, struct str name)
{
    if (is_name(name, check->id))
        return true;
    for (size_t i = 0; check->aliases[i]; i++)
        if (is_name(name, check->aliases[i]))
            return true;
    return false;
}

const struct check *check_find(struct str name, const struct check *after)
{
    for (const struct check *check = after ? after + 1 : checks; check->id; check++)
        if (name.len && check_goes_by(check, name))
            return check;
    return NULL;
}

static size_t count_all(void)
{
    size_t count = 0;
    while (checks[count].id)
        count++;
    return count;
}

int check_choice_parse(struct str list, struct arena *arena, struct check_choice *ret_choice,
                       struct pl_err *err)
{
    struct check_choice choice = {0};
    size_t all = count_all();
    const struct check **named = ARENA_ARRAY(arena, const struct check *, all),
                       **skipped = ARENA_ARRAY(arena, const struct check *, all);
    struct str word;
    while (str_cut(&list, ',', &word)) {
        word = str_trim(word);
        bool skip = str_starts(word, STR("-"));
        struct str name = str_from(word, skip ? 1 : 0);
        const struct check *check = check_find(name, NULL);
        if (!skip && (str_is(name, "all") || str_is(name, "default"))) {
            choice.all = choice.all || str_is(name, "all");
            continue;
        }
        if (!check)
            return err_set(err, PL_E_USAGE, "no check is called \"%.*s\"", STR_ARG(name));
        for (; check; check = check_find(name, check)) {
            const struct check **place = skip ? skipped : named;
            size_t *count = skip ? &choice.skipped_count : &choice.named_count;
            if (!is_among(place, *count, check))
                place[(*count)++] = check;
        }
    }
    choice.named = named;
    choice.skipped = skipped;
    *ret_choice = choice;
    return 0;
}

/* ---- what they find ---- */

/* Not through the middle of a character of UTF-8. */
static struct str cut(struct str text, size_t most)
{
    if (text.len <= most)
        return text;
    while (most > 0 && ((unsigned char)text.data[most] & 0xc0) == 0x80)
        most--;
    return str_first(text, most);
}

void check_add(struct check_sink *sink, const struct check *check, struct check_place place,
               const struct pl_err *detail, struct str evidence)
{
    if (sink->findings->items.count >= LIMIT_CHECK_FINDINGS) {
        sink->findings->left_out++;
        return;
    }
    struct check_finding finding = {
        .check = check,
        .severity = check->severity,
        .line = place.line,
        .end_line = place.end_line < place.line ? place.line : place.end_line,
        .column = place.column,
        .evidence = arena_str(sink->arena, cut(evidence, LIMIT_CHECK_EVIDENCE)),
    };
    if (detail) {
        finding.detail = arena_str(sink->arena, str_of(detail->message));
        finding.detail_local = arena_str(sink->arena, str_of(detail->local));
    }
    *VEC_ADD(&sink->findings->items) = finding;
}

static int compare_findings(const void *a, const void *b)
{
    const struct check_finding *left = a, *right = b;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    if (left->check != right->check)
        return left->check < right->check ? -1 : 1;
    if (left->column != right->column)
        return left->column < right->column ? -1 : 1;
    return str_compare(left->evidence, right->evidence);
}

int check_text(enum check_subject subject, struct str text, struct str path, struct arena *arena,
               const struct check_choice *choice, struct check_findings *findings,
               struct pl_err *err)
{
    static int (*const run[CHECK_SUBJECT_COUNT])(struct str text, struct str path,
                                                 struct check_sink * sink, struct pl_err * err) = {
        [CHECK_IMAGE] = check_image,
        [CHECK_DOCKERFILE] = check_dockerfile,
        [CHECK_KUBERNETES] = check_kubernetes,
        [CHECK_COMPOSE] = check_compose,
        [CHECK_HELM] = check_helm,
        [CHECK_SYSTEMD] = check_systemd,
        [CHECK_QUADLET] = check_quadlet,
    };
    struct check_sink sink = {.arena = arena, .findings = findings, .choice = choice};
    size_t before = findings->items.count;
    if (subject >= CHECK_SUBJECT_COUNT || !run[subject])
        return err_set(err, PL_E_UNSUPPORTED, "there are no checks for this kind of file");
    int r = run[subject](text, path, &sink, err);
    if (findings->items.count > before)
        qsort(findings->items.items + before, findings->items.count - before,
              sizeof(findings->items.items[0]), compare_findings);
    return r;
}
