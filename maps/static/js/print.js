// The print button of pages that are made for paper.

const button = document.getElementById("print");
if (button) button.addEventListener("click", () => window.print());
