# EIDER_CC_FLAG(FLAG, VARIABLE): append FLAG where compiler and linker take it
AC_DEFUN([EIDER_CC_FLAG], [
  eider_save_cflags=$CFLAGS
  CFLAGS="-Werror $1"
  AC_MSG_CHECKING([whether $CC takes $1])
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2="$$2 $1"], [AC_MSG_RESULT([no])])
  CFLAGS=$eider_save_cflags
])

# EIDER_PKG(PREFIX, MODULE, DEBIAN-PACKAGE): require a pkg-config module
AC_DEFUN([EIDER_PKG], [
  PKG_CHECK_MODULES([$1], [$2], [],
    [AC_MSG_ERROR([$2 not found: install $3])])
])
