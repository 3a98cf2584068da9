#include "base/i18n.h"
#include "check/check.h"
#include "model/report.h"

static struct str *texts_of(struct arena *arena, const char *const *list, size_t *ret_count)
{
    size_t count = 0;
    while (list[count])
        count++;
    struct str *texts = ARENA_ARRAY(arena, struct str, count);
    for (size_t i = 0; i < count; i++)
        texts[i] = str_of(list[i]);
    *ret_count = count;
    return texts;
}

void check_describe(struct arena *arena, const struct check *check, struct finding *finding)
{
    finding->id = str_of(check->id);
    finding->aliases = texts_of(arena, check->aliases, &finding->alias_count);
    finding->severity = check->severity;
    finding->title = str_of(check->title);
    finding->title_local = i18n_local(check->title_zh);
    finding->why = str_of(check->why);
    finding->why_local = i18n_local(check->why_zh);
    finding->mend = str_of(check->mend);
    finding->mend_local = i18n_local(check->mend_zh);
    finding->references = check->references;
}
