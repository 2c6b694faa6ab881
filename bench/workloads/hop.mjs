// Hands every request to the service behind the binding.
export default {
  fetch(request, env) {
    return env.next.fetch(request);
  },
};
