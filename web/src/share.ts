import "./components/answer/after/export-menu";
import "./components/answer/answer";
import "./components/answer/progress";
import "./components/answer/response";
import "./components/answer/sql";
import "./components/answer/steps";
import "./components/answer/stop-report";
import "./components/share-page/share-page";
import "./chart/chart";
import "./table/table";
import { applyTheme } from "./elements/theme";

applyTheme();
