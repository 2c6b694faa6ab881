// A tenant that never ends.
export default {
  fetch() {
    for (;;);
  },
};
