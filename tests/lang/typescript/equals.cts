const val: number = 7; export = { val };
