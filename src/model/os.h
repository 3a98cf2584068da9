/* The operating system that a tree of files belongs to. */
#pragma once

#include "base/str.h"

struct os_info {
    struct str id;          /* os-release ID, lower case: "debian"; empty: not told */
    struct str id_like;     /* os-release ID_LIKE */
    struct str version;     /* VERSION_ID, or what the older files say: "12", "3.19.1" */
    struct str codename;    /* VERSION_CODENAME: "bookworm" */
    struct str name;        /* PRETTY_NAME */
    struct str end_of_life; /* "YYYY-MM-DD" of this stream's support; empty: not known */
    struct str
        streams[8]; /* extended support that is in use: "esm-infra", "lts", "elts", "eus" ... */
    size_t stream_count;
};
