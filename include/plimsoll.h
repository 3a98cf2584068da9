/* plimsoll.h: the scan as a C library (libplimsoll).
 *
 *     struct plimsoll *plimsoll = plimsoll_open("/var/lib/plimsoll/db");
 *     struct plimsoll_report *report = plimsoll_scan(plimsoll, "image.tar");
 *     if (!report)
 *         fprintf(stderr, "%s\n", plimsoll_error(plimsoll));
 *     for (size_t i = 0; i < plimsoll_finding_count(report); i++) ...
 *     plimsoll_report_free(report);
 *     plimsoll_close(plimsoll);
 *
 * Structs begin with their size as the caller was compiled with: members are only ever added at the
 * end, and the library never writes past that size. Strings are UTF-8, end with NUL, are never NULL
 * ("" where there is nothing), and live as long as their report. One handle is for one thread at a
 * time; several handles can be used at once. The library never prints and never exits (but when
 * memory runs out). */
#ifndef PLIMSOLL_H
#define PLIMSOLL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PLIMSOLL_API __attribute__((visibility("default")))
#else
#define PLIMSOLL_API
#endif

/* Error codes of plimsoll_error_code(). */
enum {
    PLIMSOLL_OK = 0,
    PLIMSOLL_ERROR_IO = 1,          /* the system refused */
    PLIMSOLL_ERROR_NOT_FOUND = 2,   /* the target is not there */
    PLIMSOLL_ERROR_FORMAT = 3,      /* the target is damaged, or no image */
    PLIMSOLL_ERROR_LIMIT = 4,       /* a limit was hit */
    PLIMSOLL_ERROR_UNSUPPORTED = 5, /* known, but not handled */
    PLIMSOLL_ERROR_DIGEST = 6,      /* bytes do not have their digest */
    PLIMSOLL_ERROR_USAGE = 7,       /* wrong use */
    PLIMSOLL_ERROR_DATABASE = 8,    /* no usable advisory database */
    PLIMSOLL_ERROR_FAULT = 9        /* a fault of the library */
};

/* Severities, a larger value is worse. */
enum {
    PLIMSOLL_UNKNOWN = 0,
    PLIMSOLL_NEGLIGIBLE = 1,
    PLIMSOLL_LOW = 2,
    PLIMSOLL_MEDIUM = 3,
    PLIMSOLL_HIGH = 4,
    PLIMSOLL_CRITICAL = 5
};

struct plimsoll;
struct plimsoll_report;

struct plimsoll_package {
    size_t size;      /* sizeof(struct plimsoll_package); set by the caller */
    const char *type; /* purl type: "deb", "apk", "rpm" */
    const char *name;
    const char *version;
    const char *arch;
    const char *source_name;
    const char *source_version;
    const char *purl;
    const char *path;  /* of the file that tells of it, without a leading '/' */
    const char *layer; /* diff ID of the layer that brought it */
};

struct plimsoll_finding {
    size_t size;    /* sizeof(struct plimsoll_finding); set by the caller */
    const char *id; /* "CVE-2024-1234" */
    const char *title;
    int severity;       /* PLIMSOLL_UNKNOWN to PLIMSOLL_CRITICAL */
    int risk;           /* 0 to 100 */
    size_t package;     /* index of the package */
    const char *fixed;  /* version that has the fix; "": none */
    const char *status; /* "fixed", "affected", "wont-fix", "deferred", "under-investigation",
                           "end-of-life" */
    double epss;        /* 0 to 1; -1: not known */
    int exploited;      /* 1: in the KEV catalogue */
    const char *fingerprint;
};

/* "MAJOR.MINOR.PATCH" of the library. */
PLIMSOLL_API const char *plimsoll_version(void);

/* `database`: the folder of an advisory database; NULL: packages only, without findings. The
 * database is opened by each scan. Never NULL. */
PLIMSOLL_API struct plimsoll *plimsoll_open(const char *database);
PLIMSOLL_API void plimsoll_close(struct plimsoll *plimsoll);

/* Scans a target as `plimsoll scan TARGET` does. NULL on an error, which plimsoll_error() tells. */
PLIMSOLL_API struct plimsoll_report *plimsoll_scan(struct plimsoll *plimsoll, const char *target);
/* Of the last call that failed: a message in English, and its code. */
PLIMSOLL_API const char *plimsoll_error(const struct plimsoll *plimsoll);
PLIMSOLL_API int plimsoll_error_code(const struct plimsoll *plimsoll);

/* 0: something could not be examined; plimsoll_diagnostic() says what. */
PLIMSOLL_API int plimsoll_report_complete(const struct plimsoll_report *report);
PLIMSOLL_API size_t plimsoll_package_count(const struct plimsoll_report *report);
PLIMSOLL_API size_t plimsoll_finding_count(const struct plimsoll_report *report);
PLIMSOLL_API size_t plimsoll_diagnostic_count(const struct plimsoll_report *report);
/* 1 and the members filled, or 0 when there is no such index. Order is that of the JSON report. */
PLIMSOLL_API int plimsoll_package(const struct plimsoll_report *report, size_t index,
                                  struct plimsoll_package *ret_package);
PLIMSOLL_API int plimsoll_finding(const struct plimsoll_report *report, size_t index,
                                  struct plimsoll_finding *ret_finding);
/* The text, or NULL when there is no such index. */
PLIMSOLL_API const char *plimsoll_diagnostic(const struct plimsoll_report *report, size_t index);
PLIMSOLL_API void plimsoll_report_free(struct plimsoll_report *report);

#ifdef __cplusplus
}
#endif

#endif
