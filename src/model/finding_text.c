#include "model/finding_text.h"

#include "base/i18n.h"

const struct finding_text *finding_text_find(const struct finding_text *texts, struct str id)
{
    for (; texts->id; texts++)
        if (str_is(id, texts->id))
            return texts;
    return NULL;
}

void finding_text_apply(const struct finding_text *texts, struct finding *finding)
{
    const struct finding_text *text = finding_text_find(texts, finding->id);
    if (!text)
        return;
    finding->title = str_of(text->title);
    finding->title_local = i18n_local(text->title_zh);
    finding->why = str_of(text->why);
    finding->why_local = i18n_local(text->why_zh);
    finding->mend = str_of(text->mend);
    finding->mend_local = i18n_local(text->mend_zh);
    finding->references = text->references;
}
