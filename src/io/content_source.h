/* A content as a source: a tar that stands in another archive. */
#pragma once

#include "io/content.h"
#include "io/source.h"

struct content_source {
    struct source source; /* first */
    const struct content *content;
    char *buffer;
};
/* The content must outlive it. */
void content_source_init(struct content_source *source, const struct content *content);
void content_source_free(struct content_source *source);
