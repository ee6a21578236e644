// What a browser answers when it makes or finds no key, told on the page. allauth's own script does the rest.
(function () {
  function tell(name) {
    const place = document.getElementById("key-problem");
    place.textContent = place.dataset[name];
    place.classList.remove("hidden");
  }

  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    tell(window.PublicKeyCredential ? "refused" : "impossible");
  });
})();
