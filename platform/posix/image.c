/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.c: chapter 3 of the seam on POSIX: the program and its shared
 * libraries as the dynamic loader knows them. Offsets count from the
 * object's load address, so address randomisation does not matter.
 *
 * An image's identity is its GNU build-id. One that was linked without gets
 * a checksum over its code: the segments that may be executed and not
 * written are the same bytes in every process that runs this build.
 */
#include "../platform.h"

#include "sys.h"

#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include <apr_strings.h>

#ifndef NT_GNU_BUILD_ID
#define NT_GNU_BUILD_ID 3
#endif

#define NOTE_ALIGN(size) (((size_t)(size) + 3) & ~(size_t)3)

/* A file that was removed since shows as "PATH (deleted)". What stands at
 * the path now is most likely the next build: it is the answer all the same,
 * and the comparison of identities tells the two apart. */
static void drop_deleted(char *path, size_t length)
{
    static const char mark[] = " (deleted)";
    size_t mark_length = sizeof(mark) - 1;

    if (length > mark_length
        && strcmp(path + length - mark_length, mark) == 0
        && access(path, F_OK) != 0)
        path[length - mark_length] = '\0';
}

apr_status_t plat_program_path(const char **path, apr_pool_t *pool)
{
    char text[PATH_MAX + 16];
    ssize_t length = sys_readlink("/proc/self/exe", text, sizeof(text) - 1);

    if (length < 0)
        return errno;
    text[length] = '\0';
    drop_deleted(text, (size_t)length);
    *path = apr_pstrdup(pool, text);
    return APR_SUCCESS;
}

static void note_identity(plat_image_t *image, const char *notes, size_t size)
{
    ElfW(Nhdr) note;

    while (size >= sizeof(note)) {
        size_t name_size;
        size_t used;

        memcpy(&note, notes, sizeof(note));
        name_size = NOTE_ALIGN(note.n_namesz);
        used = sizeof(note) + name_size + NOTE_ALIGN(note.n_descsz);
        if (used > size)
            return;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4
            && memcmp(notes + sizeof(note), "GNU", 4) == 0
            && note.n_descsz <= PLAT_IDENTITY_SIZE) {
            memcpy(image->identity, notes + sizeof(note) + name_size,
                   note.n_descsz);
            image->identity_size = note.n_descsz;
            return;
        }
        notes += used;
        size -= used;
    }
}

/* FNV-1a over eight bytes at a time; an accident detector, no signature. */
static uint64_t checksum(uint64_t sum, const unsigned char *bytes,
                         size_t size)
{
    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t word;

        memcpy(&word, bytes, sizeof(word));
        sum = (sum ^ word) * 1099511628211u;
        sum ^= sum >> 29;
    }
    while (size-- > 0)
        sum = (sum ^ *bytes++) * 1099511628211u;
    return sum;
}

static void identify(plat_image_t *image, const struct dl_phdr_info *object)
{
    uint64_t sum = 14695981039346656037u;
    size_t i;

    for (i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

        if (segment->p_type == PT_NOTE && image->identity_size == 0)
            note_identity(image, (const char *)(object->dlpi_addr
                                                + segment->p_vaddr),
                          segment->p_memsz);
    }
    if (image->identity_size != 0)
        return;
    for (i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X)
            && !(segment->p_flags & PF_W))
            sum = checksum(sum, (const unsigned char *)(object->dlpi_addr
                                                        + segment->p_vaddr),
                           segment->p_filesz);
    }
    memcpy(image->identity, &sum, sizeof(sum));
    image->identity_size = sizeof(sum);
}

/* What to look for among the loaded objects, the first of which is the
 * program. */
typedef enum target_e { THE_PROGRAM, CODE_AT, LOADED_AT } target_e;

typedef struct search_t {
    target_e target;
    uintptr_t address;
    plat_image_t *image;
    const char *name;
    int visited;
    int found;
} search_t;

static int covers(const struct dl_phdr_info *object, uintptr_t address,
                  size_t *end)
{
    int inside = 0;
    size_t i;

    for (i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD)
            continue;
        if (segment->p_vaddr + segment->p_memsz > *end)
            *end = segment->p_vaddr + segment->p_memsz;
        inside |= address >= start && address < start + segment->p_memsz;
    }
    return inside;
}

static int visit(struct dl_phdr_info *object, size_t size, void *opaque)
{
    search_t *search = opaque;
    size_t end = 0;
    int inside = covers(object, search->address, &end);

    (void)size;
    search->visited++;
    if ((search->target == CODE_AT && !inside)
        || (search->target == LOADED_AT
            && object->dlpi_addr != search->address))
        return 0;
    search->found = 1;
    search->image->is_program = search->visited == 1;
    search->image->base = object->dlpi_addr;
    search->image->size = end;
    search->image->identity_size = 0;
    search->name = object->dlpi_name;
    identify(search->image, object);
    return 1;
}

static apr_status_t find(search_t *search, apr_pool_t *pool)
{
    plat_image_t image;
    plat_image_t *result = search->image;
    apr_status_t status = APR_SUCCESS;

    memset(&image, 0, sizeof(image));
    search->image = &image;
    dl_iterate_phdr(visit, search);
    if (!search->found)
        return MITO_EIMAGE;
    if (image.is_program) {
        status = plat_program_path(&image.path, pool);
    } else {
        char *resolved = sys_realpath(search->name, NULL);

        if (resolved == NULL)
            return MITO_EIMAGE;
        image.path = apr_pstrdup(pool, resolved);
        free(resolved);
    }
    if (status == APR_SUCCESS)
        *result = image;
    return status;
}

apr_status_t plat_image_find(plat_image_t *image, uintptr_t address,
                             apr_pool_t *pool)
{
    search_t search = {CODE_AT, address, image, NULL, 0, 0};

    return find(&search, pool);
}

apr_status_t plat_image_open(plat_image_t *image, const char *path,
                             const char **reason, apr_pool_t *pool)
{
    search_t search = {THE_PROGRAM, 0, image, NULL, 0, 0};
    struct link_map *map;
    void *library;

    if (path == NULL)
        return find(&search, pool);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL || dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) {
        *reason = apr_pstrdup(pool, dlerror());
        return MITO_EIMAGE;
    }
    *reason = "the loader does not list it";
    search.target = LOADED_AT;
    search.address = map->l_addr;
    return find(&search, pool);
}
