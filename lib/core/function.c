/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function.c: a function pointer as a value that crosses an exec: the image
 * that it stands in, which build of it, and how far from its base. The
 * other process opens the same image, checks that it is the same build, and
 * adds the offset; so functions need no names, static ones work, and
 * address randomisation does not matter.
 */
#include "function.h"

#include "error.h"

#include <string.h>

apr_status_t mi_function_describe(const mito_value_t **description,
                                  uintptr_t function, apr_pool_t *pool)
{
    plat_image_t image;
    const mito_value_t *made;
    apr_status_t status = plat_image_find(&image, function, pool);

    if (status != APR_SUCCESS)
        return mi_error(MITO_EIMAGE, "the function at %p stands in no "
                        "program or shared library that another process "
                        "could load", (void *)function);
    made = mito_dict(pool,
        mito_str("image", pool),
        mito_bytes(image.path, strlen(image.path), pool),
        mito_str("program", pool), mito_bool(image.is_program),
        mito_str("identity", pool),
        mito_bytes(image.identity, image.identity_size, pool),
        mito_str("offset", pool),
        mito_int((int64_t)(function - image.base), pool));
    if (made == NULL)
        return MITO_EINVAL;
    *description = made;
    return APR_SUCCESS;
}

static apr_status_t open_image(plat_image_t *image, const char *path,
                               int is_program, apr_pool_t *pool)
{
    const char *reason = "unknown";
    apr_status_t status = plat_image_open(image, is_program ? NULL : path,
                                          &reason, pool);

    if (status == MITO_EIMAGE)
        return mi_error(status, "the library '%s' cannot be loaded: %s",
                        path, reason);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "'%s' cannot be loaded", path);
    return APR_SUCCESS;
}

static apr_status_t other_build(const plat_image_t *image, const char *path)
{
    if (strcmp(image->path, path) != 0)
        return mi_error(MITO_EIMAGE, "the function stands in the program "
                        "'%s', but the process runs '%s'; a host that "
                        "mito_set_executable() names can run functions of "
                        "shared libraries alone", path, image->path);
    return mi_error(MITO_EIMAGE, "'%s' is another build than the parent "
                    "process runs; it was replaced since that started: "
                    "start the program anew", path);
}

apr_status_t mi_function_find(uintptr_t *function,
                              const mito_value_t *description,
                              apr_pool_t *pool)
{
    size_t size;
    const char *path = mito_as_bytes(mito_get(description, "image"), NULL);
    const void *identity = mito_as_bytes(mito_get(description, "identity"),
                                         &size);
    int is_program = mito_as_bool(mito_get(description, "program"));
    int64_t offset = mito_as_int(mito_get(description, "offset"));
    plat_image_t image;
    apr_status_t status;

    if (path == NULL || identity == NULL || offset <= 0)
        return mi_error(MITO_EMALFORMED, "the description of a function "
                        "cannot be read");
    status = open_image(&image, path, is_program, pool);
    if (status != APR_SUCCESS)
        return status;
    if (size != image.identity_size
        || memcmp(identity, image.identity, size) != 0
        || (uint64_t)offset >= image.size)
        return other_build(&image, path);
    *function = image.base + (uintptr_t)offset;
    return APR_SUCCESS;
}
