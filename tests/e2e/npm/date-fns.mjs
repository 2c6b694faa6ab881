import { addMonths, differenceInCalendarDays, eachDayOfInterval, format, formatDistance, formatISO, isValid, parse, parseISO, startOfWeek, intervalToDuration } from "date-fns";
import { de } from "date-fns/locale";

export default () => {
	const d = new Date(2026, 0, 31, 13, 5, 9);
	return [
		format(d, "yyyy-MM-dd'T'HH:mm:ss"), format(d, "EEEE, do MMMM yyyy, h:mm aaa"),
		format(d, "PPPP", { locale: de }), format(addMonths(d, 1), "yyyy-MM-dd"),
		differenceInCalendarDays(new Date(2026, 11, 24), d),
		formatDistance(new Date(2026, 0, 1), d), formatDistance(new Date(2026, 0, 1), d, { locale: de, addSuffix: true }),
		eachDayOfInterval({ start: d, end: addMonths(d, 1) }).length,
		formatISO(startOfWeek(d, { weekStartsOn: 1 }), { representation: "date" }),
		format(parse("24.12.2025 18:30", "dd.MM.yyyy HH:mm", d), "yyyyMMddHHmm"),
		isValid(parseISO("2026-02-30")), isValid(parseISO("2026-02-28T10:00:00Z")),
		intervalToDuration({ start: new Date(2024, 1, 29), end: d }),
	];
};
