/* What people are told of a finding by its id, where that is data: title, reason, remedy. */
#pragma once

#include "model/report.h"

struct finding_text {
    const char *id;
    enum severity severity;
    const char *title, *title_zh, *why, *why_zh, *mend, *mend_zh;
    const char *const *references; /* ended by NULL */
};

/* `texts`: sorted by id, ended by one without. NULL: none has this id. */
const struct finding_text *finding_text_find(const struct finding_text *texts, struct str id);
/* Fills the finding's texts and references. Does nothing when the id is unknown. */
void finding_text_apply(const struct finding_text *texts, struct finding *finding);
