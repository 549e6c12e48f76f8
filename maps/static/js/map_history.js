/** The address of what is on the screen: written while the map is used, read again on Back and Forward. */
import { olView, stretch, themeOf, toDegrees, toMap, view, yearOf } from './map_view.js';
import { address, wanted, wantedIn } from './url.js';

const PAUSE_MS = 500;

/**
 * @param {{themed: function(boolean), select: function(number), nothing: function}} act what a restored address
 *   changes beside the view: theme and year (`true`: the theme is another one), the selected parcel, none
 */
export function addressing(act) {
  let timer = 0;
  let written = { parcel: wanted.parcel, theme: view.theme, year: view.year }; // what the present entry of the history stands for beside its view

  const place = () => ({ centre: toDegrees(olView.getCenter()), resolution: view.ground() });
  const rest = () => ({ parcel: view.selected, theme: view.theme, year: view.year });
  const here = () => address({ ...place(), ...rest() });

  /** Write the address; `push`: as a step of its own, after the step that is left was given its last view. */
  function write(push) {
    clearTimeout(timer);
    if (push) window.history.replaceState(null, '', address({ ...place(), ...written }));
    written = rest();
    if (push) window.history.pushState(null, '', here());
    else window.history.replaceState(null, '', here());
  }

  /** Show what an address of this page holds; filter and days are those of the page. */
  function restore() {
    clearTimeout(timer);
    const asked = wantedIn(window.location.search);
    olView.cancelAnimations();
    if (asked.centre) olView.setCenter(toMap(asked.centre));
    if (asked.resolution) olView.setResolution(asked.resolution * stretch(olView.getCenter()));
    const [theme, year] = [themeOf(asked), yearOf(asked)];
    const other = theme !== view.theme;
    if (other || year !== view.year) {
      view.theme = theme;
      view.year = year;
      act.themed(other);
    }
    if (asked.parcel === null) act.nothing();
    else if (asked.parcel !== view.selected) act.select(asked.parcel);
    written = rest();
  }
  window.addEventListener('popstate', restore);

  return {
    here, write,
    /** Write the view once it rests. */
    moved() {
      clearTimeout(timer);
      timer = setTimeout(() => write(false), PAUSE_MS);
    },
  };
}
