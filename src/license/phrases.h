/* What notices say instead of a whole licence: phrases of a few words. */
#pragma once

enum phrase_kind {
    PHRASE_NOTICE,    /* the expression holds */
    PHRASE_TEXT,      /* no phrase: the licence itself */
    PHRASE_REFERENCE, /* a text is referred to: it holds where no notice says better */
    PHRASE_EXCEPTION, /* belongs to a licence of the family that `of` begins */
    PHRASE_EXAMPLE,   /* what follows shows how to write a notice, and is none */
    PHRASE_CHOICE,    /* one of those that are named may be chosen */
    PHRASE_LATER,     /* later versions count, whichever */
};

struct phrase {
    const char *words;
    enum phrase_kind kind;
    const char *expression; /* of an exception: its id */
    const char *of;
};

/* For the licences of GNU: "%F" is the full name, "%N" the version. */
struct phrase_form {
    const char *words;
    const char *ending; /* "-only", "-or-later" */
};
struct phrase_family {
    const char *name, *id;
    const char *versions[3]; /* "2.1"; NULL: no more */
};

extern const struct phrase license_phrases[];
extern const struct phrase_form license_phrase_forms[];
extern const struct phrase_family license_phrase_families[];
/* Each ended by an entry without words or name. */
