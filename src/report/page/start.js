import { drawCharts } from "./charts.js";
import { showPredictions } from "./predictions.js";
import { showTooltips } from "./tooltip.js";
import { changeLanguage, speak } from "./words.js";

const button = document.getElementById("language");
button.hidden = false;
button.addEventListener("click", changeLanguage);
drawCharts();
showPredictions();
showTooltips();
speak();
