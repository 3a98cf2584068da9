/* Texts of images in documents for people: one line, and nothing in it that the document, the
 * terminal or the reader's eye could take for something else. */
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include "io/out.h"

/* Adds `text` as one line: control characters become a space; bytes that are no UTF-8, characters
 * that XML 1.0 (2.2) does not allow and those that turn the direction of writing (Unicode UAX #9,
 * 2) become U+FFFD. */
void text_clean(struct buf *buf, struct str text);
/* The longest beginning of `text` that fits into `bytes` and does not end inside a character. */
struct str text_fit(struct str text, size_t bytes);
/* `text` cleaned, with what XML and HTML give a meaning to as references: for elements' contents
 * and for attributes in quotes. */
void text_markup(struct out *out, struct str text);
/* Adds `text` cleaned so that Markdown, GitHub and GitLab see no markup, mention, reference or link
 * in it; `code`: it stands in <code>, where they look for no references. */
void text_markdown(struct buf *buf, struct str text, bool code);
/* Code units of UTF-16, which GitHub's limit counts at the most. */
size_t text_units(struct str text);
