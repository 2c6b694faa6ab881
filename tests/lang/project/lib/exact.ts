export default 'exact' as string;
