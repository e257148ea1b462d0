// Filters that live in the fragment (#anchor?v=deviates&q=zero), so that a view can be sent to
// somebody. Without this script everything is shown.
(function () {
  "use strict";
  var form = document.getElementById("filters");
  if (!form) return;
  form.hidden = false;
  var all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };
  var trials = all(".trial"), marks = all(".matrix .k"), sections = all(".behaviour");
  var rows = all(".matrix tbody tr"), output = form.querySelector("output");
  var texts = new Map();
  sections.forEach(function (section) {
    var head = (section.querySelector("h3").textContent + " " +
      (section.querySelector(".ask") || section).textContent).toLowerCase();
    all(".trial", section).forEach(function (trial) {
      texts.set(trial.id, head + " " + trial.firstElementChild.textContent.toLowerCase());
    });
  });
  var boxes = all("input[name=v]", form);

  function wanted() {
    var checked = boxes.filter(function (box) { return box.checked; });
    return {
      q: form.elements.q.value.trim().toLowerCase(),
      v: checked.length === boxes.length ? null : checked.map(function (box) { return box.value; }),
      t: form.elements.t.value, f: form.elements.f.value, l: form.elements.l.value
    };
  }
  function fits(trial, want) {
    var data = trial.dataset;
    return (!want.v || want.v.indexOf(data.v) >= 0) && (!want.t || data.t === want.t) &&
      (!want.f || data.f === want.f) && (!want.l || data.l === want.l) &&
      (!want.q || want.q.split(/\s+/).every(function (word) {
        return (texts.get(trial.id) || "").indexOf(word) >= 0;
      }));
  }
  function apply() {
    var want = wanted(), shown = 0;
    trials.forEach(function (trial) {
      trial.hidden = !fits(trial, want);
      if (!trial.hidden) shown += 1;
    });
    marks.forEach(function (mark) {
      var trial = document.getElementById(mark.hash.slice(1));
      mark.hidden = Boolean(trial && trial.hidden);
    });
    sections.forEach(function (section) {
      section.hidden = !section.querySelector(".trial:not([hidden])");
    });
    rows.forEach(function (row) { row.hidden = !row.querySelector(".k:not([hidden])"); });
    output.textContent = shown === trials.length
      ? trials.length + " trials" : shown + " of " + trials.length + " trials";
  }
  function write() {
    var want = wanted(), query = new URLSearchParams();
    if (want.v) query.set("v", want.v.join(","));
    ["q", "t", "f", "l"].forEach(function (name) { if (want[name]) query.set(name, want[name]); });
    var anchor = location.hash.slice(1).split("?")[0], text = query.toString();
    history.replaceState(null, "", "#" + anchor + (text ? "?" + text : ""));
  }
  function read() {
    var parts = location.hash.slice(1).split("?"), query = new URLSearchParams(parts[1] || "");
    if (parts.length > 1) {
      var chosen = query.has("v") ? query.get("v").split(",") : null;
      boxes.forEach(function (box) { box.checked = !chosen || chosen.indexOf(box.value) >= 0; });
      ["q", "t", "f", "l"].forEach(function (name) {
        form.elements[name].value = query.get(name) || "";
        if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
      });
    }
    apply();
    var target = parts[0] && document.getElementById(parts[0]);
    if (!target) return;
    if (target.hidden) { form.reset(); apply(); }
    if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView();
  }
  form.addEventListener("input", function () { apply(); write(); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () {
    setTimeout(function () { apply(); write(); }, 0);
  });
  form.addEventListener("click", function (event) {
    var what = event.target.dataset && event.target.dataset.do;
    if (!what) return;
    trials.forEach(function (trial) { if (!trial.hidden) trial.open = what === "open"; });
  });
  window.addEventListener("hashchange", read);
  // Of large reports the bodies of trials are only text until they are opened.
  function make(trial) {
    var rest = trial.querySelector(":scope > noscript");
    if (!rest) return;
    var made = document.createElement("template");
    made.innerHTML = rest.textContent;
    rest.replaceWith(made.content);
    improve(trial);
  }
  function improve(root) {
    all(".scroll", root).forEach(function (box) {
      if (box.scrollWidth <= box.clientWidth) return;
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Can be scrolled");
    });
    if (navigator.clipboard) {
      all(".again:not(:has(.copy))", root).forEach(function (line) {
        var button = document.createElement("button");
        button.type = "button";
        button.className = "copy";
        button.textContent = "Copy";
        line.append(button);
      });
    }
  }
  document.addEventListener("toggle", function (event) {
    if (!event.target.open || !event.target.classList) return;
    if (event.target.classList.contains("trial")) make(event.target);
    improve(event.target);
  }, true);
  document.addEventListener("click", function (event) {
    if (!event.target.classList.contains("copy")) return;
    var button = event.target;
    navigator.clipboard.writeText(button.previousElementSibling.textContent).then(function () {
      button.textContent = "Copied";
    }, function () { button.textContent = "Cannot copy here"; });
  });
  improve(document.getElementById("matrix"));
  read();
})();
