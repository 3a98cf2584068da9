/* Hyperscan (libhs), loaded when it is first needed. One table of the symbols that are used. */
#pragma once

#include <hs/hs.h>
#include <stdbool.h>

struct hyperscan_api {
    hs_error_t (*deserialize)(const char *bytes, size_t length, hs_database_t **ret);
    hs_error_t (*compile_multi)(const char *const *expressions, const unsigned *flags,
                                const unsigned *ids, unsigned elements, unsigned mode,
                                const hs_platform_info_t *platform, hs_database_t **ret,
                                hs_compile_error_t **ret_error);
    hs_error_t (*free_compile_error)(hs_compile_error_t *error);
    hs_error_t (*alloc_scratch)(const hs_database_t *database, hs_scratch_t **scratch);
    hs_error_t (*free_scratch)(hs_scratch_t *scratch);
    hs_error_t (*scan)(const hs_database_t *database, const char *data, unsigned length,
                       unsigned flags, hs_scratch_t *scratch, match_event_handler on_event,
                       void *context);
    hs_error_t (*valid_platform)(void);
    hs_error_t (*free_database)(hs_database_t *database);
    hs_error_t (*expression_info)(const char *expression, unsigned flags, hs_expr_info_t **ret,
                                  hs_compile_error_t **ret_error);
};

/* NULL when it is not installed, or does not run on this processor. Lives for ever. */
const struct hyperscan_api *hyperscan_load(void);
